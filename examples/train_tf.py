"""Fit a line through points of which one in ten is wildly wrong: the Huber loss lets those pull with bounded force.

Run it with ``python examples/train_tf.py``; it takes a few seconds.
"""

from __future__ import annotations

import keras
import numpy as np

import symloss.tf

SLOPE, OFFSET = 2.0, -1.0


def make_data(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points near the line, a tenth of them thrown far above it."""
    random = np.random.default_rng(0)
    x = random.uniform(-1.0, 1.0, (count, 1)).astype("float32")
    wrong = random.random((count, 1)) < 0.1
    y = SLOPE * x + OFFSET + 0.1 * random.standard_normal((count, 1)) + 20.0 * wrong
    return x, y.astype("float32")


def fitted(loss: keras.losses.Loss) -> tuple[float, float]:
    """Slope and offset of the line that `loss` finds."""
    keras.utils.set_random_seed(0)
    x, y = make_data(500)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss=loss)
    model.fit(x, y, batch_size=100, epochs=40, verbose=0)
    kernel, bias = model.get_weights()
    return kernel.item(), bias.item()


def main() -> None:
    """Fit the line with two losses of one interface and print what each finds."""
    print(f"the line      slope {SLOPE:5.2f}  offset {OFFSET:5.2f}")
    for loss in (symloss.tf.SquaredError(), symloss.tf.Huber(delta=0.5)):
        slope, offset = fitted(loss)
        print(f"{type(loss).__name__:13} slope {slope:5.2f}  offset {offset:5.2f}")


if __name__ == "__main__":
    main()
