"""Problems whose answers are physical quantities: a number with its unit, such as `120 km`."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random

from data.drafts import PEOPLE, Draft, Maker
from data.records import AnswerKind

VEHICLES: Sequence[str] = ("car", "train", "bus", "boat", "motorbike")
GOODS: Sequence[str] = ("rice", "flour", "sand", "sugar", "salt", "corn")
ROOMS: Sequence[str] = ("rectangular garden", "rectangular room", "rectangular field", "rectangular yard")
CONVERSIONS: Sequence[tuple[str, str, str, int, str]] = (
    ("kilometres", "metres", "m", 1000, "km-to-m"),
    ("metres", "centimetres", "cm", 100, "m-to-cm"),
    ("kilograms", "grams", "g", 1000, "kg-to-g"),
    ("hours", "minutes", "min", 60, "h-to-min"),
    ("minutes", "seconds", "s", 60, "min-to-s"),
    ("litres", "millilitres", "mL", 1000, "L-to-mL"),
)


def quantity(value: Fraction | int, unit: str) -> str:
    """Render an exact value with its unit; a value that is not whole must be a finite decimal.

    >>> quantity(Fraction(5, 2), "kg")
    '2.5 kg'
    """
    exact = Fraction(value)
    return f"{exact.numerator if exact.denominator == 1 else float(exact)} {unit}"


def _journey(rng: Random) -> tuple[int, int]:
    """Draw a speed in km/h and a time in hours; one journey in four is a harder sum."""
    if rng.randrange(4):
        return 10 * rng.randint(2, 12), rng.randint(2, 6)
    return 5 * rng.randint(4, 60), rng.randint(2, 15)


def _rectangle(rng: Random) -> tuple[int, int]:
    wide = rng.randint(2, 9) if rng.randrange(4) else rng.randint(10, 99)
    return wide + rng.randint(1, 6), wide


def _distance(rng: Random) -> Draft:
    speed, hours = _journey(rng)
    question = (
        f"A {rng.choice(VEHICLES)} travels at {speed} km/h for {hours} hours. How many kilometres does it travel?"
    )
    return _draft(question, speed * hours, "km", "distance")


def _travel_time(rng: Random) -> Draft:
    speed, hours = _journey(rng)
    question = (
        f"A {rng.choice(VEHICLES)} travels {speed * hours} km at {speed} km/h. How many hours does the journey take?"
    )
    return _draft(question, hours, "h", "time")


def _speed(rng: Random) -> Draft:
    speed, hours = _journey(rng)
    question = f"A {rng.choice(VEHICLES)} travels {speed * hours} km in {hours} hours. What is its speed in km/h?"
    return _draft(question, speed, "km/h", "speed")


def _conversion(rng: Random) -> Draft:
    larger, smaller, unit, factor, form = rng.choice(CONVERSIONS)
    count = rng.randint(2, 12) if rng.randrange(4) else rng.randint(13, 999)
    question = f"How many {smaller} are {count} {larger}, if 1 {larger.removesuffix('s')} is {factor} {smaller}?"
    return _draft(question, count * factor, unit, form)


def _mass(rng: Random) -> Draft:
    bags, each = rng.randint(2, 9), Fraction(rng.randint(2, 15), rng.choice((1, 1, 1, 2)))
    person, goods = rng.choice(PEOPLE), rng.choice(GOODS)
    weight = quantity(each, "kg")
    question = f"{person.name} buys {bags} bags of {goods}. Each bag has a mass of {weight}. What is the total mass?"
    return _draft(question, bags * each, "kg", "total-mass")


def _area(rng: Random) -> Draft:
    long, wide = _rectangle(rng)
    question = f"A {rng.choice(ROOMS)} is {long} m long and {wide} m wide. What is its area?"
    return _draft(question, long * wide, "m^2", "rectangle-area")


def _perimeter(rng: Random) -> Draft:
    long, wide = _rectangle(rng)
    question = f"A {rng.choice(ROOMS)} is {long} m long and {wide} m wide. What is its perimeter?"
    return _draft(question, 2 * (long + wide), "m", "rectangle-perimeter")


def _draft(question: str, value: Fraction | int, unit: str, form: str) -> Draft:
    return Draft(question, quantity(value, unit), AnswerKind.QUANTITY, form)


MAKERS: Mapping[str, Maker] = {
    "distance": _distance,
    "speed": _speed,
    "mass": _mass,
    "area": _area,
    "conversion": _conversion,
    "travel-time": _travel_time,
    "perimeter": _perimeter,
}
