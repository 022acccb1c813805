"""The words and signs of arithmetic in prose: operations, parts, multiples, functions, and what ends a noun."""

OPERATORS = {
    **dict.fromkeys(("-", "−", "–", "minus"), "-"),
    **dict.fromkeys(("*", "×", "·", "⋅", "\\times", "\\cdot", "times", "x", "X", "multiplied by"), "*"),
    **dict.fromkeys(("/", "÷", "\\div", "divided by"), "/"),
    **dict.fromkeys(("+", "plus"), "+"),
    **dict.fromkeys(("^", "**"), "^"),
}
WORD_OPERATORS = {"plus", "minus", "times"}
MODULO = frozenset(("mod", "modulo", "\\mod", "\\bmod"))
_UNSPACED_FROM = "\u3040"
"""Scripts from here on, such as Chinese, put no spaces between words and numbers."""
_CALCULATE_UNSPACED = frozenset("的倍分方幂次根半余乘除加减百千万亿十模比折成每又和与")
PARTS = {
    "half": (1, 2), "third": (1, 3), "thirds": (1, 3), "quarter": (1, 4), "quarters": (1, 4), "fourth": (1, 4),
    "fourths": (1, 4), "fifth": (1, 5), "fifths": (1, 5), "sixth": (1, 6), "sixths": (1, 6), "eighth": (1, 8),
    "eighths": (1, 8), "tenth": (1, 10), "tenths": (1, 10),
}  # fmt: skip
"""Parts of a whole, each as numerator and denominator."""
COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10,
}  # fmt: skip
PARTS |= {f"{count}-{part}": (COUNTS[count], PARTS[part][1]) for count in COUNTS for part in tuple(PARTS)}
MULTIPLES = {"twice": 2, "double": 2, "triple": 3}
_UNIT_NAMES = (
    "m km cm mm nm g kg mg s ms h L mL cL N kN J kJ W kW MW A mA V min hr hrs hour hours minute minutes second seconds "
    "day days week weeks ft feet foot in inch inches yard yards mile miles mi lb lbs pound pounds oz ounce ounces "
    "liter liters litre litres milliliter milliliters meter meters metre metres kilometer kilometers centimeter "
    "centimeters gram grams kilogram kilograms mph Pa kPa Hz m² cm² m³ cm³ s² km²"
)
USUAL_UNITS = frozenset(_UNIT_NAMES.split())
"""The units of most measures; other symbols may as well be variables."""
SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
"""Words for powers of ten: `3 million`."""
PART_WORDS = frozenset([*PARTS, *COUNTS, *MULTIPLES])
"""Words that begin or make up a part of a whole, such as `a third of`."""
NAMED_RESULTS = {
    "sum": "sum", "total": "sum", "product": "product", "difference": "difference", "quotient": "quotient",
    "average": "average", "mean": "average", "arithmetic mean": "average", "gcd": "gcd", "gcf": "gcd", "hcf": "gcd",
    "greatest common divisor": "gcd", "greatest common factor": "gcd", "lcm": "lcm", "least common multiple": "lcm",
    "square root": "square root", "cube root": "cube root", "square": "square", "cube": "cube",
}  # fmt: skip
"""What may be named of numbers, `the sum of 6 and 7`."""
NAME_WORDS = 3
GERUNDS = frozenset(("adding", "subtracting", "multiplying", "dividing"))
NAMING_WORDS = GERUNDS | {name.partition(" ")[0] for name in NAMED_RESULTS}
"""Words that begin the name of an operation."""
OPERATION_NAMES = NAMING_WORDS | {"squared", "cubed", "choose", "factorial", "mod", "power"}
"""Words of which at least one stands in a line that names an operation without its sign."""
_FUNCTION_NAMES = (
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln lg exp sqrt root square cube logarithm value "
    "negative opposite reciprocal inverse average mean median magnitude max min gcd lcm floor ceil abs"
)
FUNCTION_WORDS = frozenset(_FUNCTION_NAMES.split())
"""Words that make another number of what follows: `sin 30 = 1/2`, `the square root of 9 + 16 = 5`."""


def is_unspaced(letter: str) -> bool:
    """Say whether a letter is of a script without spaces, so that a number may stand directly beside it."""
    return letter >= _UNSPACED_FROM


def calculates_unspaced(word: str) -> bool:
    """Say whether such a word may make something else of a number: a multiple, a part, a power, hundreds."""
    return not _CALCULATE_UNSPACED.isdisjoint(word)


NO_NOUN = frozenset(
    (
        "is", "are", "was", "were", "be", "equals", "equal", "makes", "make", "gives", "give", "times",
        "plus", "minus", "divided", "multiplied", "of", "and", "or", "so", "which", "then", "from", "to",
        "for", "in", "on", "at", "by", "than", "that", "since", "because", "if", "when", "where", "as", "but",
        "with", "the", "this", "these", "therefore", "thus", "hence", "we", "i", "he", "she", "it", "they",
        "not", "mod", "modulo", "remainder", "r", "more", "less", "fewer", "greater", "squared", "cubed", "choose",
        "factorial", "raised", "leaves", "yields",
    )
)  # fmt: skip
"""Words that end what a number counts."""
