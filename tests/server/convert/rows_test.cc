#include "server/convert/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace ttflow::server {
namespace {

TEST(Rows, AreRowMajor) {
  Matrix matrix(3, 2);
  matrix << 1, 2, 3, 4, 5, 6;
  std::vector<double> out(4);
  CopyRows(matrix, 1, 2, out);
  EXPECT_THAT(out, testing::ElementsAre(3, 4, 5, 6));
}

TEST(Rows, SourceOutlivesItsMaker) {
  RowSource source;
  {
    auto matrix = std::make_shared<Matrix>(2, 3);
    *matrix << 1, 2, 3, 4, 5, 6;
    source = MakeRowSource(std::move(matrix));
  }
  EXPECT_EQ(source.rows, 2);
  EXPECT_EQ(source.columns, 3);
  std::vector<double> out(3);
  source.fill(1, 1, out);
  EXPECT_THAT(out, testing::ElementsAre(4, 5, 6));
}

TEST(RowsDeathTest, OutsideOfTheMatrixIsABug) {
  const Matrix matrix = Matrix::Zero(2, 2);
  std::vector<double> out(4);
  EXPECT_DEATH(CopyRows(matrix, 1, 2, out), "check failed");
}

}  // namespace
}  // namespace ttflow::server
