"""Names that schema.org has for properties of the two types that every data set uses.

As of schema.org 29 (Thing, CreativeWork, Dataset; Thing, Intangible, StructuredValue,
PropertyValue), and the two that mean what they say in JSON-LD.
"""

# ruff: noqa: SIM905 - as lists, one name to a line, they would be ten screens long

THING = frozenset(
    "additionalType alternateName description disambiguatingDescription identifier image"
    " mainEntityOfPage name owner potentialAction sameAs subjectOf url".split()
)
CREATIVE_WORK = frozenset(
    "about abstract accessMode accessModeSufficient accessibilityAPI accessibilityControl"
    " accessibilityFeature accessibilityHazard accessibilitySummary accountablePerson"
    " acquireLicensePage aggregateRating alternativeHeadline archivedAt assesses associatedMedia"
    " audience audio author award character citation comment commentCount conditionsOfAccess"
    " contentLocation contentRating contentReferenceTime contributor copyrightHolder"
    " copyrightNotice copyrightYear correction countryOfOrigin creativeWorkStatus creator"
    " creditText dateCreated dateModified datePublished digitalSourceType discussionUrl"
    " displayLocation editEIDR editor educationalAlignment educationalLevel educationalUse encoding"
    " encodingFormat exampleOfWork expires funder funding genre hasPart headline inLanguage"
    " interactionStatistic interactivityType interpretedAsClaim isAccessibleForFree isBasedOn"
    " isFamilyFriendly isPartOf keywords learningResourceType license locationCreated mainEntity"
    " maintainer material materialExtent mentions offers pattern position producer provider"
    " publication publisher publisherImprint publishingPrinciples recordedAt releasedEvent review"
    " schemaVersion sdDatePublished sdLicense sdPublisher size sourceOrganization spatial"
    " spatialCoverage sponsor teaches temporal temporalCoverage text thumbnail thumbnailUrl"
    " timeRequired translationOfWork translator typicalAgeRange usageInfo version video wordCount"
    " workExample workTranslation".split()
)
DATASET = frozenset(
    "distribution includedInDataCatalog issn measurementMethod measurementTechnique"
    " variableMeasured".split()
)
PROPERTY_VALUE = frozenset(
    "maxValue measurementMethod measurementTechnique minValue propertyID unitCode unitText value"
    " valueReference".split()
)
PROPERTIES = {
    "Dataset": THING | CREATIVE_WORK | DATASET,
    "PropertyValue": THING | PROPERTY_VALUE,
}
