from study_app import events


def test_who_listens_hears_what_happened_and_its_facts():
    heard = []

    def hear(event, facts):
        heard.append((event, facts))

    events.listen(hear)
    events.listen(hear)
    events.tell("moved", study="colours", to="open")

    assert heard == [("moved", {"study": "colours", "to": "open"})]


def test_nobody_has_to_listen():
    events.tell("answered")
