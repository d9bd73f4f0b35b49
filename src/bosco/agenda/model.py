"""What the journal says of planned work."""

from bosco.kit.words import msg

SAYINGS = {
    "service.maintenance-began": msg("planned work on {service} began: {work}, until {end}"),
    "service.maintenance-ended": msg("planned work on {service} is over: {work}"),
}
