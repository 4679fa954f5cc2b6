"""The application that a server serves."""

from flask import Flask

from chassis import service
from chassis.program import Program
from chassis.timers import Chore
from gateway import headers, moments, visitors
from gateway.calls import Services
from gateway.card import actions as card
from gateway.card.api import api as card_api
from gateway.directory.api import api as directory
from gateway.docs.api import api as docs
from gateway.live.streams import Streams
from gateway.proxy import proxy
from gateway.reactions import on
from gateway.settings import GatewaySettings
from gateway.signin import actions as signin
from gateway.signin import forgery
from gateway.signin.api import api as session
from gateway.signin.api import door
from gateway.switches.api import api as switches
from gateway.tables import Base
from gateway.web import texts
from gateway.web.pages import web

OPEN = (door, proxy, web)


def create_app(settings: GatewaySettings | None = None) -> Flask:
    """Assemble the gateway."""
    settings = settings or GatewaySettings.from_env("gateway")
    app = service.build(
        settings,
        tables=Base.metadata,
        parts=[session, directory, switches, card_api, docs],
        reactions=on,
        chores=[Chore("sessions", signin.forget_old), Chore("card changes", card.forget_old)],
        operated_at="/api/operations",
    )
    program: Program = app.extensions["program"]
    program.authenticate = visitors.authenticate
    moments.install(app)
    app.extensions["services"] = Services(settings)
    app.extensions["streams"] = streams = Streams(program.engine, program.stopping)
    program.metrics.show("kundekort_live_streams", "Open cards that hear of changes", streams.count)
    headers.install(app, settings)
    texts.install(app)
    app.before_request(forgery.refuse)
    for blueprint in OPEN:
        app.register_blueprint(blueprint)
    return app
