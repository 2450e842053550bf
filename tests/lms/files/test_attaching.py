"""Files inside texts: whoever may see the text's thing may read them, and nobody else."""

from __future__ import annotations

import io

import pytest

from lms.activities.completion import ref_of
from lms.activities.forms import CreateActivity
from lms.activities.service import create_activity, set_state
from lms.demo import World
from lms.errors import Invalid
from lms.files import service
from lms.files.accepting import accept_stream
from lms.richtext import clean_html
from lms.store.uow import unit_of_work
from lms.testing import SignIn
from tests.lms.files import samples


def test_whoever_sees_a_thing_reads_the_files_of_its_text(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"), unit_of_work():
        trainer = world.actor("trainer")
        file_id = accept_stream(trainer, io.BytesIO(samples.picture()), "door.png").id
        activity_id = create_activity(trainer, CreateActivity(title="Open doors")).id
        text = clean_html(f'<img alt="A door" data-file="{file_id}">')
        service.attach_embedded(trainer, text, ref_of(activity_id))
    address = f"/o/siena/files/{file_id}/content"
    assert sign_in("trainee").get(address).status_code == 404
    with world.inside("siena"), unit_of_work():
        set_state(world.actor("trainer"), activity_id, "published")
    with sign_in("trainee").get(address) as answer:
        assert answer.mimetype == "image/png"
    assert sign_in("head_vienna").get(address).status_code == 404


def test_nobody_embeds_a_file_that_they_may_not_read(world: World) -> None:
    with world.inside("siena"), unit_of_work():
        trainer, trainee = world.actor("trainer"), world.actor("trainee")
        file = accept_stream(trainee, io.BytesIO(samples.picture()), "mine.png")
        activity = create_activity(trainer, CreateActivity(title="Open doors"))
        with pytest.raises(Invalid):
            service.attach_embedded(trainer, f'<img alt="" data-file="{file.id}">', ref_of(activity.id))


def test_a_finished_upload_says_which_file_it_became(sign_in: SignIn) -> None:
    browser = sign_in("trainer")
    body = samples.picture()
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(body)),
        "Upload-Metadata": "filename ZG9vci5wbmc=",
    }
    where = browser.post("/o/siena/files/uploads", headers=headers).headers["Location"]
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
    }
    answer = browser.patch(where, data=body, headers=headers)
    with browser.get(f"/o/siena/files/{answer.headers['Upload-File']}/content") as picture:
        assert picture.mimetype == "image/png"
