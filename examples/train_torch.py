"""Find rare events: one point in fifty is positive, and the focal loss keeps the easy many from drowning the few.

Run it with ``python examples/train_torch.py``; it takes a few seconds.
"""

from __future__ import annotations

import torch

import symloss.torch


def make_data(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A cloud in the plane, and around it a thin ring that holds the small class."""
    labels = (torch.rand(count) < 0.02).float()
    radius = torch.where(labels == 1, 3.0 + 0.2 * torch.randn(count), torch.randn(count).abs())
    angle = 2 * torch.pi * torch.rand(count)
    return torch.stack([radius * torch.cos(angle), radius * torch.sin(angle)], dim=1), labels


def main() -> None:
    """Train a small network and print how the loss falls and what it finds."""
    torch.manual_seed(0)
    points, labels = make_data(4000)
    model = torch.nn.Sequential(torch.nn.Linear(2, 32), torch.nn.Tanh(), torch.nn.Linear(32, 1), torch.nn.Flatten(0))
    loss_function = symloss.torch.SigmoidFocalCrossEntropy(gamma=2.0, alpha=0.75)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)

    for epoch in range(151):
        loss = loss_function(model(points), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch % 50 == 0:
            print(f"epoch {epoch:3d}  loss {loss.item():.4f}")

    found = model(points) > 0
    recall = found[labels == 1].float().mean().item()
    precision = labels[found].mean().item()
    print(f"recall {recall:.0%}, precision {precision:.0%}")


if __name__ == "__main__":
    main()
