"""What a user of a generated PyTorch module meets around the formulas."""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import ModuleType
from typing import Any

import handmade
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.func import functional_call, grad, hessian, jacfwd, jacrev, jvp, vmap

Loss = Callable[..., Tensor]
GRAPH: dict[str, Any] = {"fullgraph": True, "backend": "aot_eager"}  # all of torch.compile but the slow code generator


@pytest.fixture(scope="module")
def losses(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return handmade.package("torch", tmp_path_factory.mktemp("frame"))


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


X, T, V = normal(3, 4), normal(4, seed=1), normal(3, 1, seed=2).exp()
CASES: dict[str, tuple[Callable[[ModuleType], Loss], tuple[Tensor, ...]]] = {
    "huber": (lambda made: lambda x, t, d: made.huber(x, t, delta=d), (X, T, V)),
    "gaussian_nll": (lambda made: made.gaussian_nll, (X, T, V)),
    "weighted": (
        lambda made: lambda x, z, q: made.weighted_sigmoid_cross_entropy(x, z, pos_weight=q, reduction="none"),
        (X, T.sigmoid(), torch.tensor(2.0, dtype=torch.float64)),
    ),
    "gan_real": (lambda made: lambda x: made.gan_real(x, reduction="sum"), (X,)),
    "critic": (lambda made: lambda x: made.critic(x * x * x, reduction="none"), (X,)),
}
EACH_CASE = pytest.mark.parametrize("case", CASES)


def prepared(losses: ModuleType, case: str) -> tuple[Loss, tuple[Tensor, ...]]:
    made, arguments = CASES[case]
    return made(losses), arguments


@EACH_CASE
def test_derivatives_by_every_argument(losses: ModuleType, case: str) -> None:
    loss, arguments = prepared(losses, case)
    wanted = tuple(a.clone().requires_grad_() for a in arguments)
    assert gradcheck(loss, wanted, check_forward_ad=True, check_batched_grad=True)
    assert gradgradcheck(loss, wanted, check_fwd_over_rev=True, check_rev_over_rev=True)


@EACH_CASE
def test_function_transforms_agree(losses: ModuleType, case: str) -> None:
    loss, arguments = prepared(losses, case)

    def scalar(*given: Tensor) -> Tensor:
        return loss(*given).sin().sum()

    for number in range(len(arguments)):
        truth = hessian_by_backward(scalar, arguments, number)
        for outer, inner in ((jacfwd, jacrev), (jacrev, jacrev), (jacrev, jacfwd), (jacfwd, jacfwd)):
            torch.testing.assert_close(outer(inner(scalar, number), number)(*arguments), truth)
        torch.testing.assert_close(hessian(scalar, number)(*arguments), truth)


def hessian_by_backward(scalar: Loss, arguments: tuple[Tensor, ...], number: int) -> Tensor:
    return torch.autograd.functional.hessian(
        lambda moved: scalar(*arguments[:number], moved, *arguments[number + 1 :]), arguments[number]
    )


def test_vmap_over_samples(losses: ModuleType) -> None:
    slope = grad(lambda x, t, d: losses.huber(x, t, delta=d))
    together = vmap(slope, in_dims=(0, None, 0))(X, T, V)
    torch.testing.assert_close(together, torch.stack([slope(x, T, v) for x, v in zip(X, V, strict=True)]))
    value, along = jvp(lambda x: losses.huber(x, T), (X,), (torch.ones_like(X),))
    torch.testing.assert_close(along, losses_gradient(losses, X).sum())
    assert value == losses.huber(X, T)


def losses_gradient(losses: ModuleType, x: Tensor) -> Tensor:
    return grad(lambda x: losses.huber(x, T))(x)


@pytest.mark.parametrize(("reduction", "compiler"), [("mean", "inductor"), ("sum", "aot_eager"), ("none", "aot_eager")])
def test_compiles_as_one_graph_with_its_backward_pass(losses: ModuleType, reduction: str, compiler: str) -> None:
    def loss(x: Tensor, t: Tensor, d: Tensor) -> Tensor:
        return losses.huber(x, t, delta=0.5, reduction=reduction) + losses.huber(x, t, delta=d, reduction=reduction)

    arguments = [a.float().requires_grad_() for a in (X, T, V)]
    compiled = torch.compile(loss, fullgraph=True, backend=compiler)
    torch.testing.assert_close(compiled(*arguments), loss(*arguments))
    torch.testing.assert_close(
        torch.autograd.grad(compiled(*arguments).sum(), arguments),
        torch.autograd.grad(loss(*arguments).sum(), arguments),
    )
    with torch.no_grad():
        torch.testing.assert_close(compiled(*arguments), loss(*arguments))


def test_compiled_sums_lose_nothing(losses: ModuleType) -> None:
    x = torch.rand(1_000_000, generator=torch.Generator().manual_seed(0)) + 1
    exact = x.double().sum()
    for function in (losses.critic, torch.compile(losses.critic, fullgraph=True)):
        assert abs(function(x, reduction="sum").double() / exact - 1) < 4 * 2**-24
        assert abs(function(x).double() * len(x) / exact - 1) < 4 * 2**-24


def test_compiled_modules_and_changing_numbers(losses: ModuleType) -> None:
    module = losses.Huber(delta=torch.tensor(0.5))
    torch.testing.assert_close(torch.compile(module, **GRAPH)(X, T), module(X, T))
    compiled = torch.compile(lambda delta: losses.huber(X, T, delta=delta), **GRAPH)
    for delta in (0.5, 0.6, 0.7):
        torch.testing.assert_close(compiled(delta), losses.huber(X, T, delta=delta))
    slope = grad(lambda x: losses.huber(x, T))
    torch.testing.assert_close(torch.compile(slope, **GRAPH)(X), slope(X))


def test_only_what_is_asked_for_is_computed(losses: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    formula = losses.handmade._HUBER.value  # the private record: nothing public shows what was not computed
    for name, derivative in formula.derivatives.items():
        monkeypatch.setattr(derivative, "function", counted(derivative.function, calls, name))
    losses.huber(X.clone().requires_grad_(), T).backward()
    assert calls == ["prediction"]


def counted(function: Callable[..., Any], calls: list[str], name: str) -> Callable[..., Any]:
    def wrapped(*arguments: Tensor) -> Any:
        calls.append(name)
        return function(*arguments)

    return wrapped


DTYPES = [
    (torch.float32, torch.int64, torch.float32),
    (torch.float32, torch.bool, torch.float32),
    (torch.float64, torch.int64, torch.float64),
    (torch.float32, torch.float64, torch.float64),
    (torch.float16, torch.float16, torch.float16),
    (torch.bfloat16, torch.int8, torch.bfloat16),
    (torch.float16, torch.bfloat16, torch.float32),
]


@pytest.mark.parametrize(("prediction", "target", "dtype"), DTYPES)
def test_dtypes(losses: ModuleType, prediction: torch.dtype, target: torch.dtype, dtype: torch.dtype) -> None:
    x = torch.ones(3, dtype=prediction, requires_grad=True)
    loss = losses.huber(x, torch.ones(3).to(target), delta=torch.tensor(0.5), reduction="none")
    assert loss.dtype == dtype
    loss.sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == prediction


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_single(losses: ModuleType, dtype: torch.dtype) -> None:
    x = torch.tensor([100.0, 0.3], dtype=dtype)
    exact = losses.gaussian_nll(x.double(), torch.zeros(2), torch.ones(2), reduction="none")
    found = losses.gaussian_nll(x, torch.zeros(2, dtype=dtype), torch.ones(2, dtype=dtype), reduction="none")
    torch.testing.assert_close(found, exact.to(dtype), rtol=0, atol=0)


@pytest.mark.parametrize("compiled", [False, True])
def test_autocast_computes_and_returns_single(losses: ModuleType, compiled: bool) -> None:  # noqa: FBT001
    x, t = X.bfloat16().requires_grad_(), T.bfloat16()
    loss = torch.compile(losses.huber, **GRAPH) if compiled else losses.huber
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = loss(x, t)
    torch.testing.assert_close(found, losses.huber(x.float(), t.float()))
    found.backward()
    assert x.grad is not None


def test_hard_labels_carry_no_graph(losses: ModuleType) -> None:
    x, y = X.clone().requires_grad_(), torch.ones(4, dtype=torch.float64, requires_grad=True)
    assert not losses.soft_margin(X, y).requires_grad
    losses.soft_margin(x, y).backward()
    assert y.grad is None
    assert torch.equal(losses.soft_margin(X, torch.ones(4, dtype=torch.int64)), losses.soft_margin(X, y))


def test_results_stay_on_the_device(losses: ModuleType) -> None:
    x = torch.zeros(3, device="meta", requires_grad=True)
    found = losses.huber(x, torch.zeros(3, device="meta"), delta=0.5)
    found.backward()
    assert found.device.type == x.grad.device.type == "meta"


def test_reductions_and_nothing_at_all(losses: ModuleType) -> None:
    each = losses.huber(X, T, reduction="none")
    torch.testing.assert_close(losses.huber(X, T), each.mean())
    torch.testing.assert_close(losses.huber(X, T, reduction="sum"), each.sum())
    empty = torch.zeros(0, requires_grad=True)
    assert losses.huber(empty, empty).isnan()
    assert losses.huber(empty, empty, reduction="sum") == 0


def test_nan_and_infinity_come_through(losses: ModuleType) -> None:
    x = torch.tensor([torch.nan, torch.inf, -torch.inf], requires_grad=True)
    value = losses.huber(x, torch.zeros(3), reduction="none")
    torch.testing.assert_close(value, torch.tensor([torch.nan, torch.inf, torch.inf]), equal_nan=True)
    slope = torch.autograd.grad(value.sum(), x)[0]
    torch.testing.assert_close(slope, torch.tensor([torch.nan, 1, -1]), equal_nan=True)


def test_results_share_no_memory_with_arguments(losses: ModuleType) -> None:
    x = X.clone()
    losses.critic(x, reduction="none").zero_()
    assert torch.equal(x, X)


ERRORS: list[tuple[dict[str, Any], type, str]] = [
    ({"delta": -1.0}, ValueError, "huber: delta must satisfy 0 < delta, got -1.0"),
    ({"delta": float("inf")}, ValueError, "huber: delta must satisfy 0 < delta, got inf"),
    ({"delta": True}, TypeError, "huber: delta must be a number or a tensor, got True"),
    ({"delta": "1"}, TypeError, "huber: delta must be a number or a tensor, got '1'"),
    ({"reduction": "average"}, ValueError, "huber: reduction must be 'mean', 'sum' or 'none', got 'average'"),
    ({"delta": 1e-50}, ValueError, "huber: delta must satisfy 0 < delta, got 1e-50, which is 0.0 in float32"),
    ({"delta": 10**5000}, ValueError, "huber: delta must satisfy 0 < delta, got a number too large for float64"),
    ({"input": torch.zeros(3, dtype=torch.int64)}, TypeError, "input must be floating, got dtype torch.int64; are the"),
    ({"input": [0.0]}, TypeError, "huber: input must be a tensor, got list"),
    (
        {"target": torch.zeros(3, dtype=torch.complex64)},
        TypeError,
        "huber: target must be real, got dtype torch.complex64",
    ),
    (
        {"target": torch.zeros(5)},
        ValueError,
        r"huber: shapes do not broadcast: input \(3,\), target \(5,\), delta \(\)",
    ),
    ({"validate": True, "input": torch.tensor([0, torch.nan])}, ValueError, "huber: input must be finite, got nan"),
    (
        {"validate": True, "delta": torch.tensor([1, -2.5, 3])},
        ValueError,
        "huber: delta must satisfy 0 < delta, got -2.5",
    ),
]


@pytest.mark.parametrize(("given", "error", "message"), ERRORS)
def test_bad_arguments_are_refused(losses: ModuleType, given: dict[str, Any], error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        losses.huber(**{"input": torch.zeros(3), "target": torch.zeros(2, 1)} | given)


def test_modules_keep_their_settings(losses: ModuleType) -> None:
    module = losses.Huber(delta=0.5, reduction="sum")
    assert repr(module) == "Huber(delta=0.5, reduction='sum')"
    assert not module.state_dict()
    assert torch.equal(module(X, T), losses.huber(X, T, delta=0.5, reduction="sum"))
    with pytest.raises(ValueError, match="huber: delta must satisfy 0 < delta, got -1"):
        losses.Huber(delta=-1)
    with pytest.raises(ValueError, match="huber: reduction must be"):
        losses.Huber(reduction="average")
    with pytest.raises(ValueError, match="input must be finite"):
        losses.Huber(validate=True)(X * torch.nan, T)


def test_tensor_settings_are_buffers_and_parameters_learn(losses: ModuleType) -> None:
    module = losses.Huber(delta=torch.tensor([0.5, 1, 2, 3]))
    assert list(module.state_dict()) == ["delta"]
    assert module.double().delta.dtype == torch.float64
    assert torch.equal(copy.deepcopy(module)(X, T), module(X, T))
    learned = losses.Huber(delta=torch.nn.Parameter(torch.tensor(0.5)))
    learned(X, T).backward()
    assert learned.delta.grad != 0
    other = {"delta": torch.tensor(2.0)}
    assert torch.equal(functional_call(learned, other, (X, T)), losses.huber(X, T, delta=2.0))


def test_a_mean_is_infinite_where_its_sum_is_as_in_torch_itself(losses: ModuleType) -> None:
    x = torch.full((2,), 3e38)
    assert losses.critic(x) == torch.nn.functional.l1_loss(x, torch.zeros(2)) == torch.inf
    assert losses.critic(x.double()) == x[0].double()
    assert losses.critic(torch.full((100_000,), 60_000, dtype=torch.float16)) == 60_000


@pytest.mark.parametrize(("dtype", "least"), [(torch.float32, 2.0**-149), (torch.float64, 2.0**-1074)])
def test_the_least_number_of_a_dtype_is_taken(losses: ModuleType, dtype: torch.dtype, least: float) -> None:
    x = torch.tensor([1, 0], dtype=dtype)
    assert losses.huber(x, 0 * x, delta=least).isfinite()
    assert losses.huber(x, 0 * x, delta=torch.finfo(dtype).max) == 0.25


def test_compiled_code_takes_the_same_numbers(losses: ModuleType) -> None:
    x = torch.ones(3)
    compiled = torch.compile(lambda delta: losses.huber(x, 0 * x, delta=delta), **GRAPH)
    for delta in (0.5, 1e-30, 1e30):
        assert compiled(delta) == losses.huber(x, 0 * x, delta=delta)
    for delta in (1e-50, 1e300):
        with pytest.raises(torch._dynamo.exc.Unsupported):  # what an error becomes in one whole graph
            compiled(delta)
