#include "core/basis/basis_table.h"

#include <gtest/gtest.h>

#include "core/foundation/random.h"

namespace ttflow {
namespace {

Matrix RandomPoints(Index n, Index d) {
  RandomStream stream = RandomKey(3).Stream(Purpose::kExact, 0, 0);
  Matrix u(n, d);
  for (double& value : u.reshaped()) value = 2 * stream.Normal();
  return u;
}

const std::vector<BasisSpec> kSpecs = {
    {BasisFamily::kFourierExtension, 4, true, -1, 2},
    {BasisFamily::kPureFourier, 7, true, -3, 3},
    {BasisFamily::kFourierExtension, 9, false, 0, 1}};

TEST(BasisTableTest, HoldsWhatEachBasisGives) {
  const Matrix u = RandomPoints(1300, 3);
  const auto bases = MakeBases(kSpecs);
  const BasisTable table =
      ComputeBasisTable(bases, u, TableOrder::kSecond, Executor(2));
  ASSERT_EQ(table.dimension(), 3);
  ASSERT_EQ(table.num_rows(), 1300);
  for (Index k = 0; k < 3; ++k) {
    Matrix values(1300, bases[k]->size());
    Matrix first = values;
    Matrix second = values;
    MatrixRef values_ref(values);
    MatrixRef first_ref(first);
    MatrixRef second_ref(second);
    bases[k]->Evaluate(u.col(k), &values_ref, &first_ref, &second_ref);
    EXPECT_TRUE(table.values[k].isApprox(values, 1e-12));
    EXPECT_TRUE(table.first[k].isApprox(first, 1e-12));
    EXPECT_TRUE(table.second[k].isApprox(second, 1e-12));
  }
}

TEST(BasisTableTest, SameBytesForAnyNumberOfThreads) {
  const Matrix u = RandomPoints(3001, 3);
  const auto bases = MakeBases(kSpecs);
  const BasisTable one =
      ComputeBasisTable(bases, u, TableOrder::kSecond, Executor(1));
  const BasisTable three =
      ComputeBasisTable(bases, u, TableOrder::kSecond, Executor(3));
  for (Index k = 0; k < 3; ++k) {
    EXPECT_EQ(one.values[k], three.values[k]);
    EXPECT_EQ(one.first[k], three.first[k]);
    EXPECT_EQ(one.second[k], three.second[k]);
  }
}

TEST(BasisTableTest, LeavesOutDerivativesNotAskedFor) {
  const Matrix u = RandomPoints(10, 3);
  const auto bases = MakeBases(kSpecs);
  const BasisTable values =
      ComputeBasisTable(bases, u, TableOrder::kValues, Executor(1));
  EXPECT_EQ(values.first[0].size(), 0);
  const BasisTable first =
      ComputeBasisTable(bases, u, TableOrder::kFirst, Executor(1));
  EXPECT_EQ(first.first[1].rows(), 10);
  EXPECT_EQ(first.second[1].size(), 0);
  EXPECT_EQ(first.values[2], values.values[2]);
}

}  // namespace
}  // namespace ttflow
