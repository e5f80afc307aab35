#include "core/energy/energy_shapes.h"

#include <gtest/gtest.h>

#include <vector>

namespace ttflow {
namespace {

TEST(EnergyShapesTest, PanelsCoverEveryRowOnce) {
  const Index n = 10;
  Matrix x(n, 2);
  for (Index i = 0; i < n; ++i) x.row(i).setConstant(static_cast<double>(i));
  for (const Index panel_rows : {1, 3, 5, 10, 64}) {
    Vector energy = Vector::Zero(n);
    Matrix gradient = Matrix::Zero(n, 2);
    MatrixRef view = gradient;
    std::vector<Index> sizes;
    ForEnergyPanels(x,
                    energy,
                    &view,
                    panel_rows,
                    [&](const ConstMatrixRef& rows,
                        VectorRef values,
                        MatrixRef* gradients) {
                      sizes.push_back(rows.rows());
                      values += 2 * rows.col(0);
                      *gradients += rows;
                    });
    EXPECT_EQ(energy, 2 * x.col(0));
    EXPECT_EQ(gradient, x);
    EXPECT_EQ(static_cast<Index>(sizes.size()),
              (n + panel_rows - 1) / panel_rows);
    for (std::size_t p = 0; p + 1 < sizes.size(); ++p) {
      EXPECT_EQ(sizes[p], panel_rows);
    }
  }
}

TEST(EnergyShapesTest, PanelsWithoutGradient) {
  const Matrix x = Matrix::Ones(5, 1);
  Vector energy = Vector::Zero(5);
  ForEnergyPanels(
      x,
      energy,
      nullptr,
      2,
      [](const ConstMatrixRef& rows, VectorRef values, MatrixRef* gradients) {
        EXPECT_EQ(gradients, nullptr);
        values = rows.col(0);
      });
  EXPECT_EQ(energy, Vector::Ones(5));
}

}  // namespace
}  // namespace ttflow
