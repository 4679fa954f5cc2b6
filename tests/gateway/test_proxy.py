"""The way through the gateway to the services."""

import io
import threading
import time

import pytest
from uuid_utils.compat import uuid7


def test_a_request_goes_on_with_a_token_and_comes_back(client, services, agency):
    services["customers"].answers["/customers"] = (201, {"id": "1"})
    made = client.post("/api/customers/customers?text=a%20b&x=%C3%A6", json={"name": "Åkerbær AS"})

    assert (made.status_code, made.json, made.headers["ETag"]) == (201, {"id": "1"}, '"7"')
    [(method, path, who, _)] = services["customers"].asked
    assert (method, path) == ("POST", "/customers?text=a%20b&x=%C3%A6")
    assert (who.tenant, who.employee) == (agency.tenant, agency.admin)


def test_what_a_client_says_about_itself_does_not_pass(client, services):
    told = {
        "Authorization": "Bearer mine",
        "X-Tenant": "another",
        "X-Forwarded-For": "10.9.8.7",
        "Cookie": "kundekort=other",
        "If-None-Match": '"3"',
        "Idempotency-Key": "a key of mine",
    }
    client.get("/api/files/files", headers={**told, "Cookie": client.http.get_cookie("kundekort").value})
    client.get("/api/files/files", headers={name: value for name, value in told.items() if name != "Cookie"})

    sent = services["files"].asked[-1][3]
    assert not {"X-Tenant", "X-Forwarded-For", "Cookie"} & set(sent)
    assert (sent["If-None-Match"], sent["Idempotency-Key"]) == ('"3"', "a key of mine")


def test_what_a_service_says_about_itself_does_not_pass(client, services):
    assert "X-Secret" not in client.get("/api/files/files").headers


@pytest.mark.parametrize(
    "path",
    [
        "/api/weather/today",
        "/api/customers/metrics",
        "/api/customers/live",
        "/api/customers/openapi.json",
        "/api/customers/customers/../live",
        "/api/customers/%2e%2e/live",
        "/api/customers/customers/%2e%2e/live",
        "/api/customers/./live",
    ],
)
def test_there_is_no_way_around(client, services, path):
    assert client.get(path).status_code == 404
    assert all(service.asked == [] for service in services.values())


def test_methods_that_no_service_has_do_not_pass(client, services):
    assert client.open("/api/customers/customers", "TRACE").status_code == 405
    assert client.open("/api/customers/customers", "OPTIONS").status_code == 405
    assert services["customers"].asked == []


def test_a_large_upload_passes_without_being_held(client, services, customer):
    size = 100 * 1024 * 1024

    class Zeros(io.RawIOBase):
        """As many bytes as are asked for; watches how far ahead of the service the gateway reads."""

        given = ahead = 0

        def tell(self):
            return self.given

        def seek(self, offset, whence=io.SEEK_SET):
            self.given = {io.SEEK_SET: 0, io.SEEK_END: size}[whence] + offset
            return self.given

        def readinto(self, buffer):
            count = min(len(buffer), size - self.given)
            self.given += count
            self.ahead = max(self.ahead, self.given - services["files"].received)
            return count

    source = Zeros()
    csrf = client.get("/api/session").json["csrf_token"]
    sent = client.post(
        f"/api/files/customers/{customer}/files",
        input_stream=source,
        headers={"Content-Type": "application/octet-stream", "X-CSRF-Token": csrf, "Content-Length": str(size)},
    )

    assert sent.status_code == 200
    assert services["files"].received == size
    assert source.ahead < 20 * 1024 * 1024  # what sockets hold


def test_a_large_download_comes_whole(client, services):
    content = bytes(range(256)) * 40_000
    services["files"].answers["/file"] = (200, content)
    got = client.get("/api/files/file")

    assert got.data == content
    assert got.headers["Content-Length"] == str(len(content))


def test_an_upload_that_is_refused_before_its_end_is_answered(client, services):
    services["files"].answers["/files"] = (413, {"title": "Too large"})
    csrf = client.get("/api/session").json["csrf_token"]
    sent = client.post(
        "/api/files/files", data=b"x" * 5_000_000, headers={"Content-Type": "image/png", "X-CSRF-Token": csrf}
    )

    assert sent.status_code == 413


def test_a_service_that_is_away_is_said_to_be(client, services):
    services["dialog"].stop()
    refused = client.get("/api/dialog/communications")

    assert refused.status_code == 503
    assert refused.content_type == "application/problem+json"
    assert refused.headers["Retry-After"]


def test_a_service_that_is_late_is_said_to_be(client, services):
    services["dialog"].pause = 1
    refused = client.get("/api/dialog/communications", headers={"X-Request-Deadline-Ms": "300"})

    assert refused.status_code == 504


def test_a_service_that_was_started_again_is_reached_at_once(client, services):
    assert client.get("/api/dialog/communications").status_code == 200
    services["dialog"].stop()
    services["dialog"].start()
    assert client.get("/api/dialog/communications").status_code == 200
    services["dialog"].stop()
    services["dialog"].start()
    assert client.post("/api/dialog/communications", json={}).status_code == 200


def test_a_write_for_a_customer_of_this_moment_waits_until_the_service_has_heard(client, services):
    young = uuid7()
    services["dialog"].unknown.add(str(young))
    threading.Timer(0.4, services["dialog"].unknown.clear).start()
    path = f"/customers/{young}/communications"
    sent = client.post(f"/api/dialog{path}", json={"text": "Welcome"})

    assert sent.status_code == 200
    assert [method for method, asked, _, _ in services["dialog"].asked if asked == path] == ["POST"]


def test_a_write_for_a_customer_nobody_knows_is_refused_in_time(client, services, customer):
    services["dialog"].unknown |= {str(customer), str(young := uuid7())}
    began = time.monotonic()
    assert client.post(f"/api/dialog/customers/{customer}/communications", json={}).status_code == 404
    assert time.monotonic() - began < 0.5
    assert client.post(f"/api/dialog/customers/{young}/communications", json={}).status_code == 404
    assert time.monotonic() - began < 2.5


def test_a_body_of_unknown_length_is_refused(client, services):
    csrf = client.get("/api/session").json["csrf_token"]
    refused = client.post(
        "/api/files/files",
        input_stream=io.BytesIO(b"x"),
        headers={"Transfer-Encoding": "chunked", "X-CSRF-Token": csrf},
    )

    assert refused.status_code == 411


def test_all_programs_are_documented_in_one_place(client, services):
    document = client.get("/api/docs.json").json
    page = client.get("/api/docs")

    assert document["paths"]["/api/invoicing/things"]["get"]["summary"] == "List invoicing's things"
    reference = document["paths"]["/api/invoicing/things"]["get"]["responses"]["200"]["content"]["application/json"]
    assert reference["schema"] == {"$ref": "#/components/schemas/InvoicingThing"}
    assert "InvoicingThing" in document["components"]["schemas"]
    assert "/api/directory/employees" in document["paths"]
    assert "/api/card/{customer_id}" in page.text
    assert "List invoicing&#39;s things" in page.text


def test_the_documentation_does_without_a_silent_service(client, services):
    services["files"].stop()

    assert client.get("/api/docs.json").json["x-missing"] == ["files"]
    assert "files" in client.get("/api/docs").text


def test_every_answer_tells_the_browser_to_be_careful(client, services):
    for path in ("/api/session", "/api/customers/customers", "/nothing", "/api/docs"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in headers


def test_another_host_name_is_not_answered(client):
    refused = client.get("/api/session", headers={"Host": "evil.no"})

    assert refused.status_code == 400


def test_figures_are_for_whoever_has_the_token(browser):
    assert browser.get("/metrics").status_code == 404
    assert browser.get("/metrics", headers={"Authorization": "Bearer a guess"}).status_code == 404
    assert browser.get("/metrics", headers={"Authorization": "Bearer for the tests"}).status_code == 200
