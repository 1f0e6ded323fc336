"""What was thanked for outlives a server that is killed, with the real server and a small hall."""

from __future__ import annotations

from benchmarks.scoring import run


def test_every_acknowledged_score_outlives_a_kill():
    found = run(clients=10, stops=4, think_s=0.01)
    assert found["acknowledged"] == 10 * (4 + 1)
    assert found["lost"] == 0
    assert 0 < found["answered_before_kill"] < found["acknowledged"]  # it was killed between them
    assert found["sent_again"] > 0
