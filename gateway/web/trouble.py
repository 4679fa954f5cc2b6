"""Trouble as people see it: a page in the place of what programs are told."""

from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from chassis.errors import NotFound, Refused
from chassis.problems import framework
from gateway.preferences.language import language
from gateway.signin.forgery import Forged
from gateway.visitors import whoami
from gateway.web import frame, problems, texts

PROBLEM = "application/problem+json"


def install(blueprint: Blueprint) -> None:
    """Show pages."""
    blueprint.register_error_handler(Refused, refused)
    blueprint.app_errorhandler(404)(missing)
    blueprint.after_app_request(as_page)


def refused(error: Refused) -> Response:
    """Show a refusal as a page."""
    response = _page(error)
    if isinstance(error, Forged):  # or the session is another than the page's: feedback.js takes its token
        response.headers["HX-Trigger"] = "forged"
    return response


def missing(error: HTTPException) -> Response:
    """Say on a page that there is none; programs are told in their own way."""
    if not _is_for_people():
        return framework(error)
    return _page(NotFound(), **frame.context()) if whoami(request) else frame.to_sign_in()


def as_page(response: Response) -> Response:
    """Show what nobody has made a page of, because nobody could: this page asks no database and no service."""
    if response.mimetype != PROBLEM or request.headers.get("HX-Request") or not _is_for_people():
        return response
    problem = response.get_json()
    written = current_app.jinja_env.get_template("trouble.html").render(
        title=problems.title(problem, response.status_code),
        status=response.status_code,
        number=problem["instance"].rpartition(":")[2],
        again=request.full_path.rstrip("?") if request.method == "GET" else "",
        locale=language(),
    )
    response.set_data(written)
    response.content_type = "text/html; charset=utf-8"
    return response


def _is_for_people() -> bool:
    wanted = request.accept_mimetypes
    return wanted["text/html"] > wanted[PROBLEM] and not request.path.startswith("/api/")


def _page(error: Refused, **context: Any) -> Response:
    """Say it on a page; a stranger has no other than the sign-in page."""
    title = texts.say(error.title)
    if whoami(request) is None:
        return make_response(render_template("sign_in.html", email="", error=title, next=""), error.status)
    return make_response(render_template("error.html", title=title, status=error.status, **context), error.status)
