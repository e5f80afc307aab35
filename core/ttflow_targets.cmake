# The two rules by which every target of the project is made.

# ttflow_library(NAME [SOURCES a.cc ...] [DEPS target ...]): one library a folder.
# Without sources it is header-only. Alias: ttflow::NAME.
function(ttflow_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(ttflow_${name} STATIC ${ARG_SOURCES})
    target_include_directories(ttflow_${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(ttflow_${name} PUBLIC ${ARG_DEPS} PRIVATE ttflow::warnings)
  else()
    add_library(ttflow_${name} INTERFACE)
    target_include_directories(ttflow_${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(ttflow_${name} INTERFACE ${ARG_DEPS})
  endif()
  add_library(ttflow::${name} ALIAS ttflow_${name})
endfunction()

# ttflow_test(NAME SOURCES a_test.cc ... [DEPS target ...] [LABELS unit ...]): one test
# binary a folder, registered with CTest as one test, run with GoogleTest's main.
function(ttflow_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
    if(TTFLOW_SANITIZE)
      set(ARG_TIMEOUT 1500)  # numerical loops are 5 to 50 times slower
    endif()
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} ttflow::warnings GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()

add_library(ttflow_warnings INTERFACE)
add_library(ttflow::warnings ALIAS ttflow_warnings)
target_compile_options(ttflow_warnings INTERFACE -Wall -Wextra -Wconversion -Wno-sign-conversion
                       $<$<BOOL:${TTFLOW_WERROR}>:-Werror>)
