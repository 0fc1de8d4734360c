from __future__ import annotations
# conductor: but no worker
