"""Textbook expressions that are no losses of ours, as text: what the rules must serve besides `defs/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from symloss.codegen.domain import Count, Domain, Interval, NonNegative, Positive, Real, Unit
from symloss.codegen.regions import read_conditions
from symloss.codegen.space import Space


@dataclass(frozen=True, eq=False)
class Expression:
    """A formula of a textbook, what it is, and where its variables live (all others are real).

    `assume` holds conditions between them.
    `slopes` says that its derivatives are derived too, which takes most of the time.
    """

    what: str
    text: str
    where: Mapping[str, Domain] = field(default_factory=dict)
    slopes: bool = False
    assume: str = ""

    @property
    def domains(self) -> Mapping[str, Domain]:
        domains = {name: self.where.get(name, Real) for name in "abkmnpqrstuvxyz" if name in self.names}
        return Space(domains).given(*read_conditions(self.assume, domains)) if self.assume else domains

    @property
    def names(self) -> set[str]:
        return {c for i, c in enumerate(self.text) if c.isalpha() and not _beside_a_letter(self.text, i)}


def _beside_a_letter(text: str, place: int) -> bool:
    around = text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
    return any(c.isalnum() or c == "_" for c in around)


OPEN_UNIT = Interval(0, 1, closed="neither")
ABOVE_MINUS_ONE = Interval(-1, None, closed="neither")
FROM_TWO = Interval(2, None)

EXPRESSIONS = (
    # Negative log-densities, as the logarithm of the density.
    Expression("exponential", "-log(r*exp(-r*x))", {"r": Positive, "x": NonNegative}),
    Expression("Gumbel", "-log(exp(-(x + exp(-x))))"),
    Expression("logistic", "-log(exp(-x)/(1 + exp(-x))**2)"),
    Expression("Pareto", "-log(a*m**a/x**(a + 1))", dict.fromkeys("amx", Positive)),
    Expression("beta", "-log(p**(a - 1)*(1 - p)**(b - 1))", {"a": Positive, "b": Positive, "p": OPEN_UNIT}),
    Expression("Student t", "(n + 1)/2*log(1 + x**2/n)", {"n": Positive}),
    Expression("Cauchy", "-log(1/(1 + x**2))"),
    Expression("Cauchy with a scale", "-log(1/(1 + (x/s)**2))", {"s": Positive}),
    Expression("half a logarithm", "log(sqrt(x))", {"x": Positive}),
    Expression("surprisal", "log(1/p)", {"p": OPEN_UNIT}),
    Expression("log chi-squared", "log(x**2)", {"x": Positive}),
    Expression("power law", "-log(x**(-a))", dict.fromkeys("ax", Positive)),
    # The logistic family and its relatives.
    Expression("logistic by growth", "exp(x)/(1 + exp(x))"),
    Expression("logistic less one", "1/(1 + exp(-x)) - 1"),
    Expression("two-class softmax", "exp(x)/(exp(x) + exp(y))"),
    Expression("log odds", "log(p/(1 - p))", {"p": OPEN_UNIT}),
    Expression("difference of log odds", "log(p) - log(1 - p)", {"p": OPEN_UNIT}),
    Expression(
        "logarithm of a slice of the logistic", "-log(1/(1 + exp(-(x + s))) - 1/(1 + exp(-x)))", {"s": Positive}
    ),
    Expression("logarithm of either of two", "log(1 - (1 - exp(-a))*(1 - exp(-b)))", {"a": Positive, "b": Positive}),
    Expression("label flipped by noise", "-log(1 - u - (1 - 2*u)/(1 + exp(x)))", {"u": Interval(0, Fraction(2, 5))}),
    Expression("Gompertz hazard up to a time", "b*(exp(a*t) - 1)/a", dict.fromkeys("abt", Positive)),
    Expression("smooth pinball", "t*x + a*log(1 + exp(-x/a))", {"t": Unit, "a": Positive}),
    Expression("cross-entropy of a soft label", "log(1 + exp(x)) - t*x", {"t": Unit}),
    Expression("logarithm of a mean of exponentials", "log((exp(x) + exp(y))/2)"),
    Expression("squared difference of weighted exponentials", "(x*exp(x) - y*exp(y))**2", {"x": Unit, "y": Unit}),
    Expression("cosine beside half a turn", "1 + cos(x)", {"x": Interval(3, 4)}),
    Expression("Poisson kernel of a strip", "1/(cosh(x) + cos(y))", {"y": Interval(-3, 3)}),
    Expression("potential of a row of charges", "log(cosh(x) - cos(y))", {"x": Unit, "y": Unit}),
    Expression("one and a cosine", "1 + x/sqrt(x**2 + y**2)", {"y": Positive}),
    Expression("softplus by reflection", "x + log(1 + exp(-x))"),
    Expression("softplus of the opposite by reflection", "log(1 + exp(x)) - x"),
    Expression("log of the logistic by reflection", "x - log(1 + exp(x))"),
    Expression("log of the opposite logistic by reflection", "-x - log(1 + exp(-x))"),
    Expression("swish", "x/(1 + exp(-x))"),
    Expression("softplus, with log1p", "log1p(exp(x))"),
    Expression("log of one minus the logistic", "log(1 - 1/(1 + exp(-x)))"),
    Expression("both classes", "1/(1 + exp(-x)) + 1/(1 + exp(x))"),
    Expression("slope of the logistic", "exp(-x)/(1 + exp(-x))**2"),
    Expression("Fermi-Dirac", "1/(exp(x - m) + 1)"),
    Expression("free energy of two states", "-log(1 + exp(x))"),
    Expression("log odds of a logit", "log(1 + exp(-x)) - log(1 + exp(x))"),
    Expression("complement by log1p", "log1p(-1/(1 + exp(-x)))"),
    Expression("Richards growth", "(1/(1 + exp(-x)))**a", {"a": Positive}),
    # The normal distribution.
    Expression("GELU", "x*(1 + erf(x/sqrt(2)))/2"),
    Expression("GELU, multiplied out", "x*(1/2 + erf(x*sqrt(2)/2)/2)"),
    Expression("normal tail", "1/2 - erf(x/sqrt(2))/2"),
    Expression("complement of the error function", "1 - erf(x)"),
    Expression("error function less one", "erf(x) - 1"),
    Expression("scaled complement", "exp(x**2)*erfc(x)"),
    Expression("one less a normal tail", "1 - erfc(x/sqrt(2))/2"),
    Expression("probit", "log((1 + erf(x/sqrt(2)))/2)"),
    Expression("probit of the other class", "log((1 - erf(x/sqrt(2)))/2)"),
    Expression("probit by SymPy", "log(1/2 + erf(x*sqrt(2)/2)/2)"),
    Expression("probit of the other class by SymPy", "log(1/2 - erf(x*sqrt(2)/2)/2)"),
    Expression("log of a tail", "log(erfc(x))"),
    Expression("hazard of a tail", "exp(-x**2)/erfc(x)"),
    Expression("inverse Mills ratio", "exp(-x**2/2)/erfc(-x/sqrt(2))"),
    Expression("inverse Mills ratio of the tail", "exp(-x**2/2)/erfc(x/sqrt(2))"),
    Expression("expected excess over a threshold", "x + sqrt(2/pi)*exp(-x**2/2)/erfc(-x/sqrt(2))"),
    Expression("slope of the scaled complement", "2*x*erfcx(x) - 2/sqrt(pi)"),
    Expression("fall of the scaled complement", "2/sqrt(pi) - 2*x*erfcx(x)"),
    Expression("half the slope of the scaled complement", "x*erfcx(x) - 1/sqrt(pi)"),
    Expression("half the fall of the scaled complement", "1/sqrt(pi) - x*erfcx(x)"),
    # The gamma function: differences of its logarithm and of its derivatives.
    Expression("log beta", "lgamma(a) + lgamma(b) - lgamma(a + b)", dict.fromkeys("ab", Positive)),
    Expression("reciprocal beta", "lgamma(a + b) - lgamma(a) - lgamma(b)", dict.fromkeys("ab", Positive)),
    Expression(
        "posterior beta",
        "lgamma(k + a) + lgamma(n - k + b) - lgamma(n + a + b)",
        {**dict.fromkeys("ab", Positive), "k": Unit, "n": FROM_TWO},
    ),
    Expression("log binomial", "lgamma(1 + n) - lgamma(1 + k) - lgamma(1 + n - k)", {"k": Unit, "n": FROM_TWO}),
    Expression("reciprocal binomial", "lgamma(1 + k) + lgamma(1 + n - k) - lgamma(1 + n)", {"k": Unit, "n": FROM_TWO}),
    Expression("Dirichlet", "lgamma(a) + lgamma(b) + lgamma(r) - lgamma(a + b + r)", dict.fromkeys("abr", Positive)),
    Expression(
        "Dirichlet, reciprocal", "lgamma(a + b + r) - lgamma(a) - lgamma(b) - lgamma(r)", dict.fromkeys("abr", Positive)
    ),
    Expression("Pochhammer", "lgamma(y + r) - lgamma(r)", {"y": NonNegative, "r": Positive}),
    Expression("Pochhammer, reciprocal", "lgamma(r) - lgamma(y + r)", {"y": NonNegative, "r": Positive}),
    Expression(
        "beta-binomial",
        "lgamma(k + a) + lgamma(n - k + b) - lgamma(n + a + b) - (lgamma(a) + lgamma(b) - lgamma(a + b))",
        {**dict.fromkeys("ab", Positive), "k": Unit, "n": FROM_TWO},
    ),
    Expression(
        "slope of a beta-binomial",
        "digamma_difference(a, b) - digamma_difference(k + a, n - k + b)",
        {**dict.fromkeys("ab", Positive), "k": Unit, "n": FROM_TWO},
    ),
    Expression(
        "slope of a beta-binomial, negative",
        "digamma_difference(k + a, n - k + b) - digamma_difference(a, b)",
        {**dict.fromkeys("ab", Positive), "k": Unit, "n": FROM_TWO},
    ),
    Expression("recurrence of gamma", "lgamma(x + 1) - lgamma(x)", {"x": Positive}),
    Expression("recurrence of digamma", "digamma(x + 1) - digamma(x)", {"x": Positive}),
    Expression("recurrence of trigamma", "trigamma(x + 1) - trigamma(x)", {"x": Positive}),
    Expression("Student t, normaliser", "lgamma((n + 1)/2) - lgamma(n/2) - log(n)/2", {"n": Positive}),
    Expression("Student t, negative normaliser", "log(n)/2 + lgamma(n/2) - lgamma((n + 1)/2)", {"n": Positive}),
    Expression("Student t, with pi", "lgamma((n + 1)/2) - lgamma(n/2) - log(pi*n)/2", {"n": Positive}),
    Expression("Student t, negative with pi", "log(pi*n)/2 + lgamma(n/2) - lgamma((n + 1)/2)", {"n": Positive}),
    Expression("Wallis ratio", "lgamma(x + 1/2) - lgamma(x) - log(x)/2", {"x": Positive}),
    Expression("Wallis ratio, reciprocal", "log(x)/2 + lgamma(x) - lgamma(x + 1/2)", {"x": Positive}),
    Expression("slope of log beta", "digamma(a) - digamma(a + b)", dict.fromkeys("ab", Positive)),
    Expression("harmonic difference", "digamma(a + b) - digamma(a)", dict.fromkeys("ab", Positive)),
    Expression("weighted slope", "r*digamma(a) - r*digamma(a + b)", dict.fromkeys("abr", Positive)),
    Expression("weighted harmonic difference", "r*digamma(a + b) - r*digamma(a)", dict.fromkeys("abr", Positive)),
    Expression("excess of digamma", "digamma(x + 1/2) - digamma(x) - 1/2/x", {"x": Positive}),
    Expression("variance of log odds", "trigamma(a) - trigamma(a + b)", dict.fromkeys("ab", Positive)),
    Expression("curvature of log beta", "trigamma(a + b) - trigamma(a)", dict.fromkeys("ab", Positive)),
    Expression("shape of a gamma", "log(x) - digamma(x)", {"x": Positive}),
    Expression("bias of a mean logarithm", "digamma(x) - log(x)", {"x": Positive}),
    Expression("score of a shape", "log(x/y) - digamma(x)", dict.fromkeys("xy", Positive)),
    Expression("score of a shape, negative", "digamma(x) - log(x/y)", dict.fromkeys("xy", Positive)),
    Expression("information of a shape", "trigamma(x) - 1/x", {"x": Positive}),
    Expression("information of a shape, negative", "1/x - trigamma(x)", {"x": Positive}),
    Expression("remainder of Stirling's formula", "lgamma(x) - (x - 1/2)*log(x) + x", {"x": Positive}),
    Expression("Stirling's formula", "x*log(x) - lgamma(x)", {"x": Positive}),
    Expression("Stirling's formula, negative", "lgamma(x) - x*log(x)", {"x": Positive}),
    Expression("slope of Student's normaliser", "digamma((n + 1)/2) - digamma(n/2)", {"n": Positive}),
    Expression(
        "weighted slope of Student's normaliser", "r*digamma((n + 1)/2) - r*digamma(n/2)", dict.fromkeys("nr", Positive)
    ),
    Expression(
        "dispersion of counts",
        "x/(x + m) + y/(x + m) - 1 - log(x/(x + m)) - (digamma(x + y) - digamma(x))",
        {"m": Positive, "x": Positive, "y": Count},
    ),
    # Hyperbolic functions and exponentials.
    Expression("tanh", "(exp(x) - exp(-x))/(exp(x) + exp(-x))"),
    Expression("tanh by its parts", "sinh(x)/cosh(x)"),
    Expression("catenary", "(exp(x) + exp(-x))/2"),
    Expression("half sums", "log(exp(x)/2 + exp(-x)/2)"),
    Expression("sinh", "exp(x)/2 - exp(-x)/2"),
    Expression("Boltzmann ratio", "exp(-x/t)/exp(-y/t)", {"t": Positive}),
    Expression("joint likelihood", "exp(-x)*exp(-y)"),
    Expression("saturation", "1 - exp(-x)", {"x": NonNegative}),
    Expression("continuous growth", "exp(x) - 1"),
    Expression("Bose-Einstein", "1/(exp(x) - 1)", {"x": Positive}),
    Expression("exponential linear unit", "x if x > 0 else a*(exp(x) - 1)", {"a": Positive}),
    Expression("discount", "x*exp(-y)", {"y": NonNegative}),
    Expression("geometric mean of odds", "exp(log(x) + log(y))", dict.fromkeys("xy", Positive)),
    # Roots, squares and quotients.
    Expression("distance", "sqrt(x**2 + y**2)"),
    Expression("hyperbola", "sqrt(1 + x**2) - 1"),
    Expression("dilation", "sqrt(1 + x) - 1", {"x": Positive}),
    Expression("consecutive roots", "sqrt(x + 1) - sqrt(x)", {"x": Positive}),
    Expression("standardised distance", "(x - m)**2/s**2", {"s": Positive}),
    Expression("sum of squares", "x**2 + y**2"),
    Expression("inverse-square force", "k*m/x**2", dict.fromkeys("kmx", Positive)),
    Expression("root of a rate", "x/sqrt(x)", {"x": Positive}),
    Expression("direction", "x/sign(y)"),
    Expression("parallel resistors", "1/(1/x + 1/y)", dict.fromkeys("xy", Positive)),
    Expression("relative change", "(x - y)/(x/y)", dict.fromkeys("xy", Positive)),
    Expression("lens", "x/(y/z)", dict.fromkeys("xyz", Positive)),
    Expression("common rate", "x*y + x*z"),
    Expression("growth by a rate", "x + x*y"),
    Expression("weighted mean", "(a*x + b*y)/(a + b)", dict.fromkeys("ab", Positive)),
    Expression("power of a product", "x**a*x**b", {"x": Positive}),
    Expression("present value", "x/exp(y)"),
    Expression("slope through the origin", "x*y/x**2"),
    Expression("relativistic factor", "sqrt(1 + (x/s)**2)", {"s": Positive}),
    Expression("elasticity", "x*(a*x**(a - 1))", dict.fromkeys("ax", Positive)),
    Expression("average product", "x**a/x", dict.fromkeys("ax", Positive)),
    Expression("excess over a leg", "x - sqrt(x**2 + y**2)", {"x": Positive}),
    Expression("area of a hyperbola", "x - sqrt(1 + x**2)", {"x": Positive}),
    Expression("weighted length", "sqrt(x**2 + 4*y**2)"),
    Expression("third moment", "x**2*y/z**3", {"z": Positive}),
    Expression("variance of a growth", "x**2*exp(y)"),
    Expression("net of a share", "x - y/z", {"z": Positive}),
    Expression("sum of rates", "x/z + y/z", {"z": Positive}),
    Expression("larger and smaller", "max(x, y) + min(x, y)", slopes=True),
    Expression("rectified rate", "(x if x > 0 else 0)/z", {"z": Positive}),
    Expression("rectified loss", "(0 if x > y else x)/z", {"z": Positive}),
    # Differences that cancel.
    Expression("decay chain", "exp(-a*t) - exp(-b*t)", dict.fromkeys("abt", Positive)),
    Expression("sinh, unhalved", "exp(x) - exp(-x)"),
    Expression("Box-Cox difference", "(x**a - y**a)/a", dict.fromkeys("axy", Positive)),
    Expression("Box-Cox", "(x**a - 1)/a", dict.fromkeys("ax", Positive)),
    Expression("generalised cross-entropy", "(1 - p**a)/a", {"a": Positive, "p": OPEN_UNIT}),
    Expression("compound interest", "(1 + x)**n", {"x": Unit, "n": Positive}),
    Expression("compound growth", "(1 + x)**n - 1", {"x": Unit, "n": Positive}),
    Expression("Hellinger", "(sqrt(x) - sqrt(y))**2", dict.fromkeys("xy", NonNegative)),
    Expression("sagitta", "1 - sqrt(1 - x**2)", {"x": Unit}),
    Expression("rise of an arc", "1 - sqrt(x)", {"x": OPEN_UNIT}),
    Expression("difference of two logistics", "1/(1 + exp(-x)) - 1/(1 + exp(-y))"),
    Expression("gap of free energies", "log(1 + exp(x)) - log(1 + exp(y))"),
    Expression("one less tanh", "1 - tanh(x)"),
    Expression("one and tanh", "1 + tanh(x)"),
    Expression("slope of tanh", "1 - tanh(x)**2"),
    Expression("bipolar logistic", "2/(1 + exp(-x)) - 1"),
    Expression("bipolar logistic, reversed", "1 - 2/(1 + exp(-x))"),
    Expression("advantage over chance", "1/(1 + exp(-x)) - 1/2"),
    # Quotients that overflow on both sides.
    Expression("coth", "cosh(x)/sinh(x)"),
    Expression("ratio of sinh", "sinh(a*x)/sinh(a)", {"a": Positive, "x": Unit}),
    Expression("fin efficiency", "cosh(x)/sinh(y)", dict.fromkeys("xy", Positive)),
    Expression("cooling fin", "cosh(x)/cosh(y)"),
    Expression("fixation probability", "(1 - exp(-x))/(1 - exp(-y))"),
    Expression("Bernoulli function", "x/(exp(x) - 1)"),
    Expression("discounted growth", "(exp(x) - 1)*exp(-x)"),
    Expression("growth of a decay", "(exp(-x) - 1)*exp(x)"),
    # Good on one side only.
    Expression("path difference", "sqrt(x**2 + y**2) - x"),
    Expression("path difference, reversed", "x - sqrt(x**2 + y**2)"),
    Expression("positive root", "sqrt(b**2 + k) - b", {"k": Positive}),
    Expression("zero inflation", "-log(p + (1 - p)*exp(-r))", {"p": Unit, "r": Positive}),
    # Sums of exponentials.
    Expression("log-sum-exp", "log(exp(x) + exp(y))"),
    Expression("log-sum-exp of three", "log(1 + exp(x) + exp(y))"),
    Expression("weighted log-sum-exp", "log(2*exp(x) + exp(y))"),
    Expression("mixture of two", "log(2*exp(x) + 3*exp(y))"),
    Expression("offset log-sum-exp", "log(2 + exp(x))"),
    Expression("weighted offset", "log(2 + 3*exp(x))"),
    Expression("softmax of three", "exp(x)/(exp(x) + exp(y) + exp(z))"),
    Expression("log softmax of three", "log(exp(x) + exp(y) + exp(z)) - x"),
    Expression("survival of a rate", "log(1 - exp(-x))", {"x": Positive}),
    Expression("conjugate of a GAN", "-log(1 - exp(-x*y))", dict.fromkeys("xy", Positive)),
    Expression("conjugate of a discriminator", "-log(1 - exp(t))", {"t": Interval(None, 0, closed="neither")}),
    Expression("Kumaraswamy", "log(1 - p**a)", {"p": OPEN_UNIT, "a": Positive}),
    Expression("root mean square", "sqrt((x**2 + y**2)/2)"),
    # Logarithms and entropies.
    Expression("Student t of three degrees", "2*log(1 + (x/s)**2/3)", {"s": Positive}),
    Expression("Lorentzian", "log(1 + (x/s)**2)", {"s": Positive}),
    Expression("log of a power spectrum", "log(1 + x**2)"),
    Expression("growth rates", "log(1 + x) - log(1 + y)", dict.fromkeys("xy", ABOVE_MINUS_ONE)),
    Expression("log return", "log(x) - log(y)", dict.fromkeys("xy", Positive)),
    Expression("entropy", "-p*log(p) - (1 - p)*log(1 - p)", {"p": Unit}),
    Expression("cross term", "y*log(1 + x)", dict.fromkeys("xy", NonNegative)),
    Expression("surprise of a share", "x*log(x/y)", {"x": NonNegative, "y": Positive}, slopes=True),
    Expression("Jensen-Shannon", "x*log(2*x/(x + y)) + y*log(2*y/(x + y))", dict.fromkeys("xy", Unit)),
    Expression("Student t of three degrees, by log1p", "log1p((x/s)**2/3)", {"s": Positive}),
    Expression("G statistic", "2*x*log(x/y)", dict.fromkeys("xy", Positive)),
    Expression("channel capacity", "log(1 + x/y)", dict.fromkeys("xy", Positive)),
    Expression("pendulum", "2*sqrt(x/y)", dict.fromkeys("xy", Positive)),
    # Where one variable is known to be larger than another.
    Expression("difference of likelihoods", "log(exp(x) - exp(y))", assume="x > y", slopes=True),
    Expression("probability between two waits", "log(exp(-x) - exp(-y))", assume="y > x > 0"),
    Expression("momentum", "sqrt(x**2 - m**2)", assume="x > m > 0", slopes=True),
    Expression("half chord", "2*sqrt(r**2 - x**2)", assume="r > x >= 0"),
    Expression("depletion", "-log(1 - x/y)", assume="y > x > 0"),
    Expression("rapidity", "acosh(x/m)", assume="x > m > 0", slopes=True),
    Expression("gravitational redshift", "1/sqrt(1 - r/x) - 1", assume="x > r > 0"),
    Expression("cut-off", "sqrt(1 - x/y)", assume="y > x > 0"),
    Expression("overdrive", "sqrt(x/y - 1)", assume="x > y > 0"),
)
