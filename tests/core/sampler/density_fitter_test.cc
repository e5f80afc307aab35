#include "core/sampler/density_fitter.h"

#include <gtest/gtest.h>

#include <memory>

#include "core/energy/counting_energy.h"
#include "core/targets/target_registry.h"

namespace ttflow {
namespace {

// So many coordinates that no mixture is fitted.
constexpr Index kSites = 21;

// Exact points of a chain of coupled wells, weighted equally.
PooledPoints ChainPoints(Index count, std::uint64_t seed) {
  Violations violations;
  const auto chain = MakeTarget(
      "coupled_wells", 4, {{"coupling", {0}}, {"quartic", {0.6}}}, violations);
  PooledPoints pool;
  pool.position = *chain->SampleExactly(count, RandomKey(seed));
  pool.weights = Vector::Constant(count, 1 / static_cast<double>(count));
  const Executor executor(1);
  NullInterrupter interrupter;
  CountingEnergy energy(chain, executor);
  EXPECT_TRUE(energy
                  .Evaluate(pool.position,
                            pool.batch.target_energy,
                            &pool.batch.target_gradient,
                            interrupter)
                  .ok());
  pool.batch.base_energy = Vector::Zero(count);
  pool.batch.base_gradient = Matrix::Zero(count, kSites);
  return pool;
}

TEST(DensityFitter, HasFewerRanksWherePredictionsBreakAndMoreWhereTheyHold) {
  const Executor executor(1);
  NullInterrupter interrupter;
  DensityFitter fitter(DensityOptions(), kSites);
  const PooledPoints pool = ChainPoints(1500, 1);
  fitter.FindCoordinates(pool, RandomKey(1), executor);
  const auto rank = [&] {
    const auto fit = fitter.Fit(1, pool, RandomKey(2), executor, interrupter);
    EXPECT_TRUE(fit.ok()) << fit.status();
    return fit->train->max_rank();
  };
  const Index free = rank();
  ASSERT_GT(free, 1);
  fitter.Observe(1e-4);
  const Index less = rank();
  EXPECT_LT(less, free);
  for (Index k = 0; k < free; ++k) fitter.Observe(1e-4);
  EXPECT_EQ(rank(), 1);
  for (Index k = 0; k < free; ++k) fitter.Observe(1);
  EXPECT_GT(rank(), 1);
}

}  // namespace
}  // namespace ttflow
