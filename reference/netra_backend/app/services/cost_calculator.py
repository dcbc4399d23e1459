"""What the company spends on language models: the calculations that the agent's tools make."""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path
from typing import Any

from shared.database.sqlite_database import SqliteDatabase

SPENDING_FILE = Path(__file__).parent.parent / "data" / "llm_spending.csv"
SCHEMA = """
DROP TABLE IF EXISTS llm_spending;
CREATE TABLE llm_spending (month TEXT, service TEXT, model TEXT, million_tokens REAL, cost_usd REAL);
"""


class CostCalculator:
    """Calculates over the spending in chat's database, in US dollars.

    Every calculation blocks, and raises ``sqlite3.Error`` when the database does not answer.
    """

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        with SPENDING_FILE.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
        self.models = sorted({row["model"] for row in rows})
        self.services = sorted({row["service"] for row in rows})
        database.create(SCHEMA)
        with database.connection() as connection:
            insert = "INSERT INTO llm_spending VALUES (:month, :service, :model, :million_tokens, :cost_usd)"
            connection.executemany(insert, rows)

    def spending_total(self, model: str | None = None, service: str | None = None) -> dict[str, Any]:
        """What was spent in all, or on one model, by one service, or both: ``{total_usd, first_month, last_month}``."""
        row = self._one(
            "SELECT sum(cost_usd) AS total, min(month) AS first, max(month) AS last FROM llm_spending"
            " WHERE (:model IS NULL OR model = :model) AND (:service IS NULL OR service = :service)",
            {"model": model, "service": service},
        )
        total = round(row["total"] or 0.0, 2)
        return {
            "model": model,
            "service": service,
            "total_usd": total,
            "first_month": row["first"],
            "last_month": row["last"],
        }

    def spending_ranking(self, by: str) -> dict[str, Any]:
        """What each model (``by="model"``) or service (``by="service"``) cost, the dearest first, with the total."""
        if by not in ("model", "service"):
            raise ValueError(f"spending is ranked by model or service, not by {by}")
        total = self.spending_total()
        with self._database.connection() as connection:
            rows = connection.execute(
                f"SELECT {by} AS name, sum(cost_usd) AS cost FROM llm_spending GROUP BY {by} ORDER BY cost DESC"
            ).fetchall()
        return {
            "by": by,
            "ranking": [
                {
                    "name": row["name"],
                    "cost_usd": round(row["cost"], 2),
                    "share_percent": round(100 * row["cost"] / total["total_usd"], 1),
                }
                for row in rows
            ],
            "total_usd": total["total_usd"],
            "first_month": total["first_month"],
            "last_month": total["last_month"],
        }

    def switching_saving(self, from_model: str, to_model: str) -> dict[str, Any]:
        """What the tokens of one model would have cost on another: ``{spent_usd, would_cost_usd, saving_usd}``."""
        row = self._one(
            "SELECT sum(cost_usd) FILTER (WHERE model = :from_model) AS spent,"
            " sum(million_tokens) FILTER (WHERE model = :from_model) AS tokens,"
            " sum(cost_usd) FILTER (WHERE model = :to_model)"
            " / sum(million_tokens) FILTER (WHERE model = :to_model) AS price FROM llm_spending",
            {"from_model": from_model, "to_model": to_model},
        )
        spent, would_cost = round(row["spent"], 2), round(row["tokens"] * row["price"], 2)
        return {
            "from_model": from_model,
            "to_model": to_model,
            "spent_usd": spent,
            "would_cost_usd": would_cost,
            "saving_usd": round(spent - would_cost, 2),
        }

    def _one(self, query: str, values: dict[str, Any]) -> sqlite3.Row:
        with self._database.connection() as connection:
            row: sqlite3.Row = connection.execute(query, values).fetchone()
        return row
