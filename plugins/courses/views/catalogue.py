"""Finding courses and making new ones."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, _, actor, member, page_asked, requires
from plugins.courses import authoring, catalogue, starting
from plugins.courses.catalogue import MANAGE, ON_PAGE, Search
from plugins.courses.forms import NewCourse
from plugins.courses.showing import language_names, preview_url
from plugins.courses.views.base import blueprint, tell_left_out


@blueprint.get("/")
@member
def index() -> ResponseReturnValue:
    """The courses of the office."""
    wanted = Search(
        request.args.get("q", "").strip()[:100], request.args.get("language", ""), request.args.get("show", "all"),
        page_asked(),
    )  # fmt: skip
    courses, count = catalogue.find_courses(actor(), wanted)
    return render_template(
        "courses/index.html", courses=courses, total=count, search=wanted, pages=-(-count // ON_PAGE),
        languages=language_names(catalogue.find_course_languages(actor())), may_manage=actor().can(MANAGE),
        writes=catalogue.writes_courses(actor()), preview_url=preview_url,
    )  # fmt: skip


@blueprint.route("/new", methods=["GET", "POST"])
@requires(MANAGE)
def new() -> ResponseReturnValue:
    """A new course from its title, from a template, or as a copy."""
    form = Form(NewCourse, submit=_("Create"))
    made: list[uuid.UUID] = []
    if form.run(lambda command: made.append(authoring.create_course(actor(), command))):
        return redirect(url_for("courses.outline", activity_id=made[0]), 303)
    return render_template("courses/new.html", form=form, templates=starting.find_templates()), form.status


@blueprint.post("/from-template")
@requires(MANAGE)
def from_template() -> ResponseReturnValue:
    """A new course from a shipped template."""
    made = starting.start_course(actor(), request.form.get("template", ""), request.form.get("title", ""))
    flash(_("Your course is there. Nobody sees it until you publish it."), "success")
    tell_left_out(made.left_out)
    return redirect(url_for("courses.outline", activity_id=made.course_id), 303)
