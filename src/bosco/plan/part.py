"""What a section of the plan is made of: strict models whose mistakes are told all at once."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict


class PlanPart(BaseModel):
    """A mapping of the plan: its fields are the words users type; an unknown word is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_alias=True, validate_by_name=True)


@dataclass(frozen=True)
class Names:
    """Marks a field as the name of something that another section declares: `Annotated[str, Names("services")]`.

    The loader checks it after every section has been read, tells the nearest name, and draws the arrows of the plan.
    """

    section: str
    also: tuple[str, ...] = ()

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return {**handler(schema), "description": f"A name declared in `{self.section}`."}
