"""Numbers that people see are unbroken in each agency, however many are given at once and however many fail."""

from concurrent.futures import ThreadPoolExecutor

from tests.promises.patience import until

FIRST = 10001
ORG_NUMBER = "123456785"


def register(client, name="Fjordvik AS", **more):
    return client.post("/customers", json={"name": name, **more})


def numbers(client):
    return sorted(each["number"] for each in client.get("/customers?limit=200").json["items"])


def test_sixteen_at_once_get_sixteen_numbers_without_a_gap(form, client):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: register(form.client(client.who)), range(16)))

    assert sorted(answer.json["number"] for answer in answers) == list(range(FIRST, FIRST + 16))
    assert numbers(client) == list(range(FIRST, FIRST + 16))


def test_a_number_is_given_back_when_its_transaction_fails(client, monkeypatch):
    register(client)

    def fail(*_args, **_kwargs):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("services.customers.profile.actions.record", fail)  # after the number was taken
        assert [register(client).status_code for _ in range(3)] == [500, 500, 500]

    assert register(client).json["number"] == FIRST + 1


def test_a_number_is_given_back_when_a_constraint_says_no(form, client):
    """Sixteen come with one organisation number at once; the constraint lets one through, after all took a number."""
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: register(form.client(client.who), org_number=ORG_NUMBER), range(16)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 15
    assert register(client).json["number"] == FIRST + 1


def test_numbers_stay_unbroken_when_some_of_those_at_once_fail(form, client):
    def one(number):
        return register(form.client(client.who), name="" if number % 4 == 0 else f"Nr {number}").status_code

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(one, range(32)))

    assert (statuses.count(201), statuses.count(422)) == (24, 8)
    assert numbers(client) == list(range(FIRST, FIRST + 24))


def test_every_agency_counts_for_itself(form, client, eve):
    def one(number):
        return register(form.client(client.who if number % 2 else eve)).status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(one, range(16))) == {201}

    for who in (client.who, eve):
        assert numbers(form.client(who)) == list(range(FIRST, FIRST + 8))


def test_numbers_go_on_after_a_restart(form, client):
    register(client)

    form.web_anew("customers")

    assert register(form.client(client.who)).json["number"] == FIRST + 1


def test_every_kind_of_thing_has_its_own_numbers(form, client, card):
    recruitment = form.client(client.who, "recruitment")

    def one(_):
        return form.client(client.who, "recruitment").post(f"{card}/projects", json={"name": "Lager"}).json["number"]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(one, range(8))) == list(range(1001, 1009))

    assert register(client).json["number"] == FIRST + 1
    assert recruitment.post(f"{card}/projects", json={"name": "Lager"}).json["number"] == 1009


def test_the_projects_of_an_agency_are_counted_over_all_its_customers(form, client, customer):
    other = register(client).json
    recruitment = form.client(client.who, "recruitment")
    until(lambda: recruitment.get(f"/card/{other['id']}").status_code == 200, "the other is known")

    given = [
        recruitment.post(f"/customers/{each}/projects", json={"name": "Lager"}).json["number"]
        for each in (customer["id"], other["id"], customer["id"])
    ]

    assert given == [1001, 1002, 1003]
