"""A target of the benchmark in another process, and how often it was asked."""

import subprocess
import threading

import numpy


class Target:
    """Energies, gradients and scores through target_pipe; counts points."""

    def __init__(self, pipe, label, data):
        self.label = label
        self.num_energies = 0
        self.num_gradients = 0
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [pipe, label, data],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.dimension = int(self._read(1, numpy.int64)[0])
        self.log_evidence = float(self._read(1)[0])

    def close(self):
        self._process.stdin.close()
        self._process.wait()

    def reset_counts(self):
        self.num_energies = self.num_gradients = 0

    def energies(self, x):
        """Energies of the rows of x [n, d], [n]."""
        x = numpy.ascontiguousarray(x, dtype=numpy.float64)
        with self._lock:
            self.num_energies += len(x)
            self._ask(0, len(x), x)
            return self._read(len(x))

    def gradients(self, x):
        """Energies [n] and gradients [n, d] of the rows of x [n, d]."""
        x = numpy.ascontiguousarray(x, dtype=numpy.float64)
        with self._lock:
            self.num_gradients += len(x)
            self._ask(1, len(x), x)
            return self._read(len(x)), self._read(x.size).reshape(x.shape)

    def energy_distance(self, samples):
        """To 2000 exact samples; NaN where there are none."""
        samples = numpy.ascontiguousarray(samples, dtype=numpy.float64)
        with self._lock:
            self._ask(2, len(samples), samples)
            return float(self._read(1)[0])

    def run_ttflow(self, seed):
        """A run of ttflow's defaults: error of log Z, reported error, energy
        distance, evaluations, seconds."""
        with self._lock:
            self._ask(3, seed, numpy.empty(0))
            return self._read(5)

    def _ask(self, command, count, values):
        stdin = self._process.stdin
        stdin.write(numpy.array([command, count], dtype=numpy.int64).tobytes())
        stdin.write(values.tobytes())
        stdin.flush()

    def _read(self, count, kind=numpy.float64):
        size = count * 8
        data = self._process.stdout.read(size)
        if len(data) != size:
            raise RuntimeError(f"target_pipe ended on {self.label}")
        return numpy.frombuffer(data, kind)
