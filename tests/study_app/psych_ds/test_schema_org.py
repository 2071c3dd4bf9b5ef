from study_app.psych_ds.schema_org import PROPERTIES


def test_a_type_has_the_properties_of_those_above_it():
    assert {"name", "license", "variableMeasured"} <= PROPERTIES["Dataset"]
    assert {"name", "unitText", "minValue"} <= PROPERTIES["PropertyValue"]
    assert "license" not in PROPERTIES["PropertyValue"]
    assert "privacyPolicy" not in PROPERTIES["Dataset"]
