#!/bin/sh
# The main job: get Fashion-MNIST, train cnn1 by the article's recipe, show scores, curves and a report.
set -eu
cd "$(dirname "$0")/.."
clothier=.venv/bin/clothier

data=fashion-mnist
if ! $clothier data fashion-mnist; then
    echo "quickstart: trying the package dataset-fashion-mnist"
    if ! scripts/apt-install.sh dataset-fashion-mnist || ! $clothier data fashion-mnist; then
        echo "quickstart: Fashion-MNIST is not to be had here, so the run below uses GENERATED data: clothes drawn by clothier itself"
        data=generated
        $clothier data generated
    fi
fi
$clothier train cnn1 --epochs 10 --data "$data"
echo
echo "    clothier is installed in .venv; to use it in this terminal, type: . .venv/bin/activate"
