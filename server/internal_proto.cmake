# ttflow_internal_proto(NAME FILE): a library of messages that never leave the
# server, from FILE in the current folder. Included as "server/FOLDER/FILE.pb.h". A
# library of its own, since the warnings of generated code are not ours.
function(ttflow_internal_proto name file)
  cmake_path(GET file STEM stem)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(out ${PROJECT_BINARY_DIR}/internal_proto)
  set(generated ${out}/${folder}/${stem}.pb.cc ${out}/${folder}/${stem}.pb.h)
  file(MAKE_DIRECTORY ${out})
  add_custom_command(
    OUTPUT ${generated}
    COMMAND protobuf::protoc --cpp_out=${out} -I${PROJECT_SOURCE_DIR}
            -I${PROJECT_SOURCE_DIR}/proto ${folder}/${file}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file} protobuf::protoc
    VERBATIM)
  add_library(ttflow_${name} STATIC ${generated})
  add_library(ttflow::${name} ALIAS ttflow_${name})
  target_link_libraries(ttflow_${name} PUBLIC ttflow::proto)
  target_include_directories(ttflow_${name} SYSTEM PUBLIC ${out})
endfunction()
