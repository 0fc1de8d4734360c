from enum import Enum

SHIP = "ship"
DOMAIN: str = "john"


class Tasks:
    BILL = "bill"
    PACK: str = "pack"


class Kind(Enum):
    SEND = "send"


SETTINGS = {"domain": "from-a-dictionary"}
