from study_app.psych_ds.metadata import (
    check_compiled,
    check_terms,
    compiled,
    kind_of,
    read_metadata,
    variables,
)


def test_what_stands_nearer_to_a_table_takes_the_place_of_what_is_common():
    """The example of "Rules and Conventions": a list is replaced, not added to."""
    documents = {
        "dataset_description.json": {"name": "All", "variableMeasured": ["a", "b"]},
        "data/file_metadata.json": {"name": "Folder"},
        "data/in/file_metadata.json": {"license": "CC0"},
        "data/in/study-1_data.json": {"variableMeasured": ["c"]},
        "data/other/file_metadata.json": {"name": "No"},
    }

    assert compiled("data/in/study-1_data.csv", documents) == {
        "name": "Folder",
        "license": "CC0",
        "variableMeasured": ["c"],
    }


def test_terms_may_be_written_with_the_address_of_schema_org():
    document, problems = read_metadata("x", b'{"https://schema.org/name": "A", "url": "B"}')

    assert (document, problems) == ({"name": "A", "url": "B"}, [])
    assert kind_of("http://schema.org/Dataset") == kind_of(["Dataset"]) == "Dataset"


def test_variables_are_names_or_objects_with_one():
    measured = ["a", {"@type": "PropertyValue", "name": "b"}, {"@type": "PropertyValue"}, 3]

    assert variables({"variableMeasured": measured}) == ["a", "b"]
    assert variables({"variableMeasured": "a"}) == []


def test_what_is_measured_must_be_a_list():
    document = {"@context": "https://schema.org/", "@type": "Dataset", "name": "A",
                "description": "B", "variableMeasured": "a"}  # fmt: skip

    assert [problem.code for problem in check_compiled("x", document)] == ["JSON_KEY_REQUIRED"]


def test_a_wrong_word_deep_inside_is_found_with_its_type():
    document = {"@type": "Dataset", "variableMeasured": [{"@type": "PropertyValue", "units": "m"}]}

    (problem,) = check_terms("x", document)

    assert problem.message == "PropertyValue has no property units in schema.org"
    assert not list(check_terms("x", {"author": {"@id": "https://orcid.org/1"}}))
