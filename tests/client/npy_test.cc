#include "client/output/npy.h"

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ttflow::client {
namespace {

using ::testing::ElementsAre;

// What numpy itself writes: np.save of a float64 array of shape (2, 3).
std::string NumpyHeader(const std::string& shape) {
  std::string header("\x93NUMPY\x01\x00\x76\x00",
                     10);  // 0x76 = 118 bytes follow
  header +=
      "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }";
  header.resize(127, ' ');
  return header + '\n';
}

TEST(NpyHeaderTest, IsByteForByteWhatNumpyWrites) {
  const std::int64_t matrix[] = {2, 3};
  EXPECT_EQ(NpyHeader(matrix), NumpyHeader("(2, 3)"));
  const std::int64_t vector[] = {5};
  EXPECT_EQ(NpyHeader(vector), NumpyHeader("(5,)"));
}

TEST(NpyHeaderTest, IsAMultipleOf64ForEveryShape) {
  for (const std::int64_t rows :
       {std::int64_t{0}, std::int64_t{9999999999}, INT64_MAX}) {
    const std::int64_t shape[] = {rows, INT64_MAX};
    EXPECT_EQ(NpyHeader(shape).size(), 128);
    EXPECT_EQ(NpyHeader(shape).back(), '\n');
  }
}

TEST(NpyWriterTest, WritesTheExactBytes) {
  const std::string path = testing::TempDir() + "exact.npy";
  auto writer = NpyWriter::Create(path, 3);
  ASSERT_TRUE(writer.ok()) << writer.status();
  const std::vector<double> first = {1, 2, 3};
  const std::vector<double> second = {-0.5, 1e300, 6};
  ASSERT_TRUE(writer->Append(first).ok());
  ASSERT_TRUE(writer->Append(second).ok());
  EXPECT_EQ(writer->num_rows(), 2);
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE(writer->Commit().ok());

  std::string expected = NumpyHeader("(2, 3)");
  for (const auto& row : {first, second}) {
    expected.append(reinterpret_cast<const char*>(row.data()),
                    row.size() * sizeof(double));
  }
  EXPECT_EQ(*ReadFile(path), expected);
  std::filesystem::remove(path);
}

TEST(NpyWriterTest, ReadsBackWhatItWrote) {
  const std::string path = testing::TempDir() + "vector.npy";
  auto writer = NpyWriter::Create(path, 0);
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(writer->Append(std::vector<double>{1.5, -2}).ok());
  ASSERT_TRUE(writer->Commit().ok());
  const auto array = ReadNpy(path);
  ASSERT_TRUE(array.ok()) << array.status();
  EXPECT_THAT(array->shape, ElementsAre(2));
  EXPECT_THAT(array->values, ElementsAre(1.5, -2));
}

TEST(ParseNpyTest, RefusesOtherFiles) {
  const std::int64_t shape[] = {1};
  const std::string header = NpyHeader(shape);
  EXPECT_TRUE(ParseNpy(header + std::string(8, '\0')).ok());
  EXPECT_FALSE(ParseNpy("").ok());
  EXPECT_FALSE(ParseNpy("PK\x03\x04 something").ok());
  EXPECT_FALSE(ParseNpy(header + std::string(7, '\0')).ok());
  EXPECT_FALSE(ParseNpy(header + std::string(16, '\0')).ok());
  EXPECT_FALSE(ParseNpy(header.substr(0, 50)).ok());
  std::string other = header;
  other.replace(other.find("<f8"), 3, "<f4");
  EXPECT_FALSE(ParseNpy(other + std::string(8, '\0')).ok());
  other = header;
  other.replace(other.find("False"), 5, "True ");
  EXPECT_FALSE(ParseNpy(other + std::string(8, '\0')).ok());
}

}  // namespace
}  // namespace ttflow::client
