"""The names that the grammar knows: functions, Greek letters, constants, relations, brackets."""

FUNCTIONS = {
    "sin": "sin", "cos": "cos", "tan": "tan", "cot": "cot", "sec": "sec", "csc": "csc", "cosec": "csc", "tg": "tan",
    "ctg": "cot",
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "asin": "asin", "acos": "acos", "atan": "atan",
    "arccot": "acot", "arcsec": "asec",
    "arccsc": "acsc", "arctg": "atan", "acot": "acot",
    "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "coth": "coth", "sech": "sech", "csch": "csch",
    "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh",
    "asinh": "asinh", "acosh": "acosh", "atanh": "atanh",
    "ln": "ln", "log": "log", "lg": "lg", "lb": "lb", "exp": "exp", "abs": "abs", "floor": "floor", "ceil": "ceil",
    "ceiling": "ceil",
    "max": "max", "min": "min", "gcd": "gcd", "lcm": "lcm", "hcf": "gcd", "det": "det", "tr": "tr", "sgn": "sign",
    "sign": "sign", "erf": "erf",
    "factorial": "factorial", "binom": "binomial", "binomial": "binomial", "Gamma": "gamma", "gamma": "gamma",
    "cbrt": "cbrt", "Re": "re", "Im": "im", "arg": "arg",
    "root": "root", "zeta": "zeta", "ncr": "binomial", "nCr": "binomial", "conjugate": "conj", "cis": "cis",
}  # fmt: skip
ONLY_WITH_BRACKETS = {
    "gamma",
    "Gamma",
    "zeta",
    "sign",
    "tr",
    "abs",
    "floor",
    "ceil",
    "root",
    "Re",
    "Im",
    "arg",
    "erf",
    "lb",
    "ceiling",
}
"""Names that are functions only in front of a bracket, and letters otherwise."""
_GREEK_IN_ORDER = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho final_sigma sigma tau "
    "upsilon phi chi psi omega"
)
GREEK_SMALL = tuple(_GREEK_IN_ORDER.split())
"""The small Greek letters as Unicode orders them, from `α` on."""
_GREEK_CAPITALS = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
GREEK = frozenset(
    {*GREEK_SMALL, *_GREEK_CAPITALS.split(), "hbar", "ell", "nabla", "partial", "aleph"} - {"pi", "final_sigma"}
)
GREEK_VARIANTS = {
    "varepsilon": "epsilon",
    "varphi": "phi",
    "vartheta": "theta",
    "varrho": "rho",
    "varsigma": "sigma",
    "varpi": "varpi",
    "varkappa": "kappa",
}
CONSTANTS = {
    "pi": "pi", "infty": "inf", "infinity": "inf", "inf": "inf", "oo": "inf", "Infinity": "inf", "exponentialE": "e",
    "imaginaryI": "i", "imath": "i",
    "emptyset": "empty", "varnothing": "empty", "imaginaryJ": "i",
}  # fmt: skip
AXES = {"x": "i", "y": "j", "z": "k"}
"""Axes whose unit vectors are written with their own letters: `\\hat{x}`."""
DOTLESS = {"jmath": "j"}
NUMBER_SETS = frozenset("RZNQC")
FONTS = frozenset(
    [
        "mathrm",
        "mathbf",
        "mathit",
        "mathsf",
        "mathtt",
        "mathcal",
        "mathscr",
        "mathfrak",
        "boldsymbol",
        "bm",
        "pmb",
        "vec",
        "overrightarrow",
        "underline",
        "operatorname",
        "operatorname*",
        "mathop",
        "overline",
        "boxed",
        "fbox",
        "widehat",
        "mathnormal",
        "displaylines",
        "ensuremath",
        "mathbin",
        "mathrel",
        "mathord",
        "smash",
        "symbf",
        "symrm",
        "overleftrightarrow",
        "overset",
    ]
)
ACCENTS = {
    "hat": "hat",
    "bar": "bar",
    "tilde": "tilde",
    "dot": "dot",
    "ddot": "ddot",
    "widetilde": "tilde",
    "breve": "breve",
    "check": "check",
}
INVERTED = frozenset("fghFGH")
"""Letters whose power -1 before a bracket is the inverse function."""
RELATIONS = {
    "=": "=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "!=": "!=", "\\le": "<=", "\\leq": "<=",
    "\\leqslant": "<=", "\\leqq": "<=", "\\ge": ">=",
    "\\geq": ">=", "\\geqslant": ">=", "\\geqq": ">=", "\\lt": "<", "\\gt": ">", "\\ne": "!=", "\\neq": "!=",
    "\\approx": "≈", "\\simeq": "≈", "\\cong": "≈",
    "\\sim": "≈", "\\doteq": "≈", "\\in": "in", "\\notin": "notin", "\\equiv": "≡", "\\to": "to",
    "\\rightarrow": "to", "\\Rightarrow": "to", "->": "to",
    "\\implies": "to", "\\subset": "sub", "\\subseteq": "sub", "\\propto": "∝", "\\coloneqq": "=", "\\iff": "iff",
    "\\Leftrightarrow": "iff", "\\longrightarrow": "to",
    "\\perp": "perp", "\\parallel": "par", "\\ll": "<", "\\gg": ">",
}  # fmt: skip
SET_OPERATORS = {
    "\\cup": "union",
    "\\cap": "intersection",
    "\\setminus": "difference",
    "\\bigcup": "union",
    "\\backslash": "difference",
}
BIG = {"sum": "sum", "prod": "prod", "int": "int", "lim": "lim", "limit": "lim"}
CLOSING = {
    "(": ")",
    "[": "]",
    "{": "}",
    "\\{": "\\}",
    "\\lbrace": "\\rbrace",
    "\\langle": "\\rangle",
    "\\lbrack": "\\rbrack",
    "\\lparen": "\\rparen",
}
BARS = {
    "\\lvert": ("\\rvert", "abs"), "\\vert": ("\\vert", "abs"), "|": ("|", "abs"), "\\|": ("\\|", "norm"),
    "\\lVert": ("\\rVert", "norm"), "\\Vert": ("\\Vert", "norm"),
    "\\lfloor": ("\\rfloor", "floor"), "\\lceil": ("\\rceil", "ceil"), "\\ulcorner": ("\\urcorner", "ceil"),
    "\\llcorner": ("\\lrcorner", "floor"),
}  # fmt: skip
MATRICES = frozenset(
    [
        "matrix",
        "pmatrix",
        "bmatrix",
        "Bmatrix",
        "vmatrix",
        "Vmatrix",
        "smallmatrix",
        "array",
        "psmallmatrix",
        "bsmallmatrix",
    ]
)
CONDITIONALS = frozenset({"if", "for", "when", "where", "is", "and", "", ","})
"""Words before the condition of a piece of a function."""
JOINERS = {
    "and": "and",
    "or": "or",
    "und": "and",
    "oder": "or",
    "et": "and",
    "ou": "or",
    "y": "and",
    "\\land": "and",
    "\\lor": "or",
    "\\wedge": "and",
    "\\vee": "or",
    "&": "and",
}
WORDS_AS_NAMES = frozenset(
    {
        "mod",
        "and",
        "or",
        "to",
        "in",
        "if",
        "for",
        "where",
        "with",
        "is",
        "union",
        "cup",
        "cap",
        "infinity",
        "choose",
        "times",
        "div",
        "over",
        "percent",
        "degrees",
        "deg",
    }
)
