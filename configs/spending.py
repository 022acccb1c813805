"""The `cost` and `budget` sections of a configuration."""

from pydantic import BaseModel, ConfigDict, Field


class CostConfig(BaseModel):
    """What the teacher's work costs; prices are in one currency, for a million tokens or an hour of one GPU."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gpus: int = Field(default=0, ge=0)
    """GPUs that the teacher holds while the build works."""
    gpu_hour: float = Field(default=0.0, ge=0)
    prompt: float = Field(default=0.0, ge=0)
    cached: float | None = Field(default=None, ge=0)
    """Of prompt tokens that were cached; None: as other prompt tokens."""
    completion: float = Field(default=0.0, ge=0)
    currency: str = "USD"

    @property
    def cached_price(self) -> float:
        """The price of a million cached prompt tokens."""
        return self.prompt if self.cached is None else self.cached

    @property
    def is_priced(self) -> bool:
        """Whether anything has a price."""
        return bool(self.prompt or self.cached or self.completion or (self.gpus and self.gpu_hour))


class BudgetConfig(BaseModel):
    """What all runs of the dataset together may use; each None is no bound."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokens: int | None = Field(default=None, ge=1)
    """Completion tokens and prompt tokens that were not cached."""
    hours: float | None = Field(default=None, gt=0)
    """The teacher's time by the clock."""
    cost: float | None = Field(default=None, gt=0)
    """In the currency of `cost`."""
