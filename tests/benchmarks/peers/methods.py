"""The peers: each samples a target from a normal prior and estimates log Z.

A method takes (target, scale, seed), where the prior is N(0, scale^2) in every
coordinate, and returns (log Z, reported error or NaN, samples [n, d]). Every
evaluation of the target is counted by the target itself.
"""

import math

import numpy

NUM_SAMPLES = 2000


def log_prior(x, scale):
    d = x.shape[-1]
    return -0.5 * (x**2).sum(-1) / scale**2 - d * math.log(
        scale * math.sqrt(2 * math.pi)
    )


def log_likelihood(target, scale):
    """Rows of x [n, d] to log(exp(-energy) / prior), -inf where not finite."""

    def evaluate(x):
        x = numpy.atleast_2d(x)
        value = -target.energies(x) - log_prior(x, scale)
        return numpy.where(numpy.isfinite(value), value, -1e300)

    return evaluate


def choose(samples, weights, rng):
    weights = weights / weights.sum()
    return samples[rng.choice(len(samples), NUM_SAMPLES, p=weights)]


def blackjax_tempered(num_particles, step, leapfrogs, target_ess=0.5, moves=1):
    """Adaptive tempered SMC with HMC."""

    def run(target, scale, seed):
        import blackjax
        import jax
        import jax.numpy as jnp
        from blackjax.smc import resampling

        jax.config.update("jax_enable_x64", True)
        d = target.dimension

        def host(x):
            flat = numpy.asarray(x).reshape(-1, d)
            energy, gradient = target.gradients(flat)
            return (
                energy.reshape(x.shape[:-1]),
                gradient.reshape(x.shape),
            )

        def call(x):
            return jax.pure_callback(
                host,
                (
                    jax.ShapeDtypeStruct(x.shape[:-1], jnp.float64),
                    jax.ShapeDtypeStruct(x.shape, jnp.float64),
                ),
                x,
                vmap_method="expand_dims",
            )

        @jax.custom_vjp
        def energy(x):
            return call(x)[0]

        energy.defvjp(lambda x: call(x), lambda gradient, g: (g * gradient,))

        def prior(x):
            return log_prior(x, scale)

        def likelihood(x):
            return -energy(x) - prior(x)

        algorithm = blackjax.adaptive_tempered_smc(
            prior,
            likelihood,
            blackjax.hmc.build_kernel(),
            blackjax.hmc.init,
            {
                "step_size": jnp.array([step]),
                "inverse_mass_matrix": jnp.ones((1, d)),
                "num_integration_steps": jnp.array([leapfrogs]),
            },
            resampling.systematic,
            target_ess,
            num_mcmc_steps=moves,
        )
        key = jax.random.key(seed)
        key, start = jax.random.split(key)
        state = algorithm.init(scale * jax.random.normal(start, (num_particles, d)))
        step_fn = jax.jit(algorithm.step)
        log_evidence = 0.0
        while state.tempering_param < 1:
            key, move = jax.random.split(key)
            state, info = step_fn(move, state)
            log_evidence += float(info.log_likelihood_increment)
        samples = choose(
            numpy.asarray(state.particles),
            numpy.asarray(state.weights),
            numpy.random.default_rng(seed),
        )
        return log_evidence, math.nan, samples

    return run


def particles_waste_free(num_particles, chain):
    """Waste-free tempering SMC with random-walk moves."""

    def run(target, scale, seed):
        import particles
        from particles import distributions
        from particles import smc_samplers

        numpy.random.seed(seed)
        d = target.dimension

        class Prior(distributions.ProbDist):
            dim = d
            dtype = "float64"

            def rvs(self, size=None):
                return scale * numpy.random.randn(size, d)

            def logpdf(self, x):
                return log_prior(numpy.asarray(x), scale)

        class Model(smc_samplers.TemperingBridge):
            def logtarget(self, theta):
                return -target.energies(theta)

        sampler = particles.SMC(
            fk=smc_samplers.AdaptiveTempering(
                model=Model(base_dist=Prior()), len_chain=chain, wastefree=True
            ),
            N=num_particles,
            verbose=False,
        )
        sampler.run()
        samples = choose(
            numpy.asarray(sampler.X.theta),
            sampler.W,
            numpy.random.default_rng(seed),
        )
        return float(sampler.logLt), math.nan, samples

    return run


def pocomc_default(num_effective=512, num_active=256):
    """Preconditioned Monte Carlo with its normalising flow."""

    def run(target, scale, seed):
        import pocomc
        import scipy.stats

        prior = pocomc.Prior([scipy.stats.norm(0, scale)] * target.dimension)
        sampler = pocomc.Sampler(
            prior=prior,
            likelihood=log_likelihood(target, scale),
            vectorize=True,
            n_effective=num_effective,
            n_active=num_active,
            random_state=seed,
        )
        sampler.run(progress=False)
        samples, weights, _, _ = sampler.posterior()
        log_evidence, error = sampler.evidence()
        rng = numpy.random.default_rng(seed)
        return float(log_evidence), float(error), choose(samples, weights, rng)

    return run


def dynesty_static(num_live, sample="auto"):
    """Nested sampling."""

    def run(target, scale, seed):
        import dynesty
        import scipy.special

        evaluate = log_likelihood(target, scale)
        sampler = dynesty.NestedSampler(
            lambda x: float(evaluate(x)[0]),
            lambda u: scale * scipy.special.ndtri(u),
            target.dimension,
            nlive=num_live,
            sample=sample,
            rstate=numpy.random.default_rng(seed),
        )
        sampler.run_nested(print_progress=False)
        results = sampler.results
        weights = numpy.exp(results.logwt - results.logwt.max())
        rng = numpy.random.default_rng(seed)
        return (
            float(results.logz[-1]),
            float(results.logzerr[-1]),
            choose(results.samples, weights, rng),
        )

    return run
