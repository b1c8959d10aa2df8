"""What the height of a curve is called, and swimmers of many patients."""

from __future__ import annotations

import pytest

from haicplatform.estimation.rows import Rows
from haicplatform.report.document.estimate_lookup import Estimates
from haicplatform.report.document.labels import Names
from haicplatform.report.document.messages import Words
from haicplatform.report.document.report_context import ReportContext
from haicplatform.report.figures import draw_response
from haicplatform.report.figures.drawing import Data
from tests.estimation.seoul import study
from tests.report.cohort import CONTEXT


def test_the_axis_says_what_the_height_of_the_curve_is() -> None:
    shipped = study("haic_after_ate_beva")
    assert Names(shipped, Words("en")).curves == {
        "OS": "Overall survival, %",
        "PFS": "Progression-free survival, %",
        "TTP": "Free of progression, %",
        "DOR": "Still in response, %",
    }
    assert Names(shipped, Words("ko")).curves["TTP"] == "진행하지 않은 환자 비율, %"


def test_a_study_may_name_the_axis_and_any_other_event_has_a_name() -> None:
    shipped = study("haic_after_ate_beva")
    ttp = shipped.endpoints["TTP"]
    own = ttp.model_copy(update={"curve": "On the first plan, %", "curve_ko": "처음 계획을 유지한 비율, %"})
    other = ttp.model_copy(update={"events": ("new_therapy", "death")})
    named = shipped.model_copy(update={"endpoints": {"TTP": own, "TTF": other}})
    assert Names(named, Words("en")).curves == {"TTP": "On the first plan, %", "TTF": "Without the event, %"}
    assert Names(named, Words("ko")).curves["TTP"] == "처음 계획을 유지한 비율, %"


@pytest.mark.parametrize(("most", "marks"), [(3, 2), (2, 0)])
def test_swimmers_of_many_patients_are_pale_after_progression(most: int, marks: int, monkeypatch) -> None:
    monkeypatch.setattr(draw_response, "MOST_MARKED", most)
    rows = Rows("s", "0" * 16, analysis="swimmer", grp="FIRST_LINE")
    for rank, months in (("001", 9.0), ("002", 7.0), ("003", 1.0)):
        rows.add("duration", months, term=rank, unit="months", note="PR")
    rows.add("progression", 4.0, term="001", unit="months")
    rows.add("death", 7.0, term="002", unit="months")
    data = Data()
    desk = ReportContext(study("haic_after_ate_beva"), Estimates(rows.frame()), CONTEXT, "en")
    axis = draw_response.swimmer(desk, data).axes[0]
    assert len(axis.lines) == marks
    widths = [path.get_extents().width for bars in axis.collections for path in bars.get_paths()]
    assert widths == ([9, 7, 1] if marks else [4, 7, 1, 5])
    assert set(data.frame()["item"]) == {"PR", "progression", "death"}
