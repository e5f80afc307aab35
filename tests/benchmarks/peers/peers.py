"""Peers of ttflow on its own targets: error of log Z, calibration, energy
distance, evaluations and time.

The prior that peers start from, and the step sizes of BlackJAX, which has no
defaults for them, were chosen by hand for each family of targets; ttflow runs
with its defaults and knows neither. Evaluations are points; a gradient comes
with its energy and counts once.
"""

import argparse
import math
import multiprocessing
import queue
import sys
import time

import numpy

import methods
from target import Target

# Prefix of the label: scale of the prior, step sizes of HMC.
FAMILIES = {
    "gmm-40": (25, 1.0),
    "gmm2": (4, 0.3),
    "ten-components": (12, 0.6),
    "student-mixture": (12, 0.6),
    "many-well": (2, 0.1),
    "rotated-many-well": (2, 0.1),
    "coupled-wells": (2, 0.1),
    "correlated-gaussian": (1.5, 0.2),
    "funnel": (3, 0.2),
    "eight-schools": (5, 0.3),
    "logistic": (1.5, 0.15),
    "phi4": (2, 0.1),
}

DEFAULT_TARGETS = [
    "gmm-40-std1",
    "ten-components-10",
    "student-mixture-2",
    "many-well-16",
    "many-well-32",
    "rotated-many-well-16",
    "coupled-wells-16-J0.5",
    "coupled-wells-32-J0.5",
    "correlated-gaussian-16",
    "funnel-10",
    "eight-schools",
    "logistic-wine",
    "logistic-breast_cancer",
]


def family_of(label):
    found = [prefix for prefix in FAMILIES if label.startswith(prefix)]
    if not found:
        sys.exit(f"no prior is known for {label}; add its family to FAMILIES")
    return FAMILIES[max(found, key=len)]


def peers_for(step):
    return {
        "BlackJAX, tempered SMC, HMC, 1000": methods.blackjax_tempered(1000, step, 20),
        "BlackJAX, tempered SMC, HMC, 4000": methods.blackjax_tempered(
            4000, step, 20, target_ess=0.7
        ),
        "particles, waste-free SMC, 10": methods.particles_waste_free(1000, 10),
        "particles, waste-free SMC, 100": methods.particles_waste_free(1000, 100),
        "pocoMC": methods.pocomc_default(),
        "dynesty, 500 live points": methods.dynesty_static(500),
    }


def run_once(arguments, label, peer, seed, results):
    """One run in a process of its own, which a time limit can end."""
    target = Target(arguments.pipe, label, arguments.data)
    scale, step = family_of(label)
    start = time.perf_counter()
    try:
        log_evidence, reported, samples = peers_for(step)[peer](target, scale, seed)
    except Exception as error:  # A peer may fail as it likes: the table says so.
        results.put(repr(error)[:200])
        return
    seconds = time.perf_counter() - start
    results.put(
        (
            log_evidence - target.log_evidence,
            reported,
            target.energy_distance(samples),
            target.num_energies + target.num_gradients,
            seconds,
        )
    )


def limited_run(arguments, label, peer, seed):
    """The scores of one run, or a text that says why there are none."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    process = context.Process(
        target=run_once, args=(arguments, label, peer, seed, results)
    )
    process.start()
    try:
        return results.get(timeout=arguments.limit)
    except queue.Empty:
        return f"not done in {arguments.limit:.0f} s"
    finally:
        process.terminate()
        process.join()


def row(name, runs):
    """A row of the table; runs that failed are counted and left out."""
    scores = numpy.array([run for run in runs if not isinstance(run, str)])
    if len(scores) == 0:
        return f"| {name} | {runs[0]} | | | | | |"
    error, reported, distance, evaluations, seconds = scores.T
    spread = math.sqrt(numpy.mean((error / reported) ** 2))
    cells = [
        name,
        f"{numpy.abs(error).mean():.4f}",
        "-" if math.isnan(spread) else f"{spread:.2f}",
        "-" if numpy.isnan(distance).all() else f"{distance.mean():.4f}",
        f"{evaluations.mean():.3g}",
        f"{seconds.mean():.3g}",
        f"{len(scores)} of {len(runs)}",
    ]
    return "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pipe", required=True, help="the program target_pipe")
    parser.add_argument("--data", required=True, help="tables of the regressions")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=300, help="seconds a run")
    parser.add_argument("--targets", nargs="+", default=DEFAULT_TARGETS)
    parser.add_argument(
        "--peers", nargs="+", default=list(peers_for(1)), help="parts of their names"
    )
    arguments = parser.parse_args()
    names = [
        name
        for name in peers_for(1)
        if any(part.lower() in name.lower() for part in arguments.peers)
    ]
    for label in arguments.targets:
        target = Target(arguments.pipe, label, arguments.data)
        print(f"\n### {label}, d = {target.dimension}\n")
        print(
            "| sampler | mean abs error of log Z | spread of z | energy distance"
            " | evaluations | seconds | runs |\n|---|---|---|---|---|---|---|"
        )
        ours = [target.run_ttflow(100 + seed) for seed in range(arguments.seeds)]
        print(row("ttflow, defaults", ours), flush=True)
        for name in names:
            runs = []
            for seed in range(arguments.seeds):
                runs.append(limited_run(arguments, label, name, seed))
                if isinstance(runs[-1], str):
                    break
            print(row(name, runs), flush=True)
        target.close()


if __name__ == "__main__":
    main()
