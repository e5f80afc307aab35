"""Writes the data of the logistic targets as CSV: standardised features, then
the label (0 or 1); a constant feature becomes zero.

    prepare.py PACKAGES OUTPUT

PACKAGES holds the unpacked Debian packages weka, r-cran-mlbench and
python3-sklearn.
"""

import csv
import os
import pathlib
import sys

import numpy as np
import rdata

SKLEARN = "usr/lib/python3/dist-packages/sklearn/datasets/data"
WEKA = "usr/share/doc/weka/examples"
MLBENCH = "usr/lib/R/site-library/mlbench/data"


def ionosphere(packages):
    lines = (packages / WEKA / "ionosphere.arff").read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.lower() == "@data")
    rows = [line.split(",") for line in lines[start + 1:] if "," in line]
    features = np.array([[float(v) for v in row[:-1]] for row in rows])
    return features, np.array([row[-1].strip() == "g" for row in rows])


def sonar(packages):
    table = rdata.read_rda(packages / MLBENCH / "Sonar.rda")["Sonar"]
    features = table.drop(columns="Class").to_numpy(dtype=float)
    return features, (table["Class"] == "M").to_numpy()


def sklearn_table(name, classes):
    """A table with a heading line, the class last; two of its classes."""

    def read(packages):
        with open(packages / SKLEARN / name, newline="") as file:
            rows = list(csv.reader(file))[1:]
        table = np.array([[float(v) for v in row] for row in rows])
        table = table[np.isin(table[:, -1], classes)]
        return table[:, :-1], table[:, -1] == classes[1]

    return read


TABLES = {
    "ionosphere": ionosphere,
    "sonar": sonar,
    "breast_cancer": sklearn_table("breast_cancer.csv", (0, 1)),
    "wine": sklearn_table("wine_data.csv", (0, 1)),
    "iris": sklearn_table("iris.csv", (1, 2)),
}


def standardised(features):
    spread = features.std(axis=0)
    return (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1)


def main():
    packages, output = map(pathlib.Path, sys.argv[1:])
    output.mkdir(parents=True, exist_ok=True)
    for name, read in TABLES.items():
        features, labels = read(packages)
        table = np.column_stack([standardised(features), labels])
        part = output / f"{name}.csv.part"
        np.savetxt(part, table, delimiter=",", fmt="%.17g")
        os.replace(part, output / f"{name}.csv")
        print(f"{name}: {table.shape[0]} observations, "
              f"{table.shape[1] - 1} features")


main()
