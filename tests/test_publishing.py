"""The catalogue for publication: DCAT-AP and DDI-Codebook, valid, complete and without data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rdflib
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from owned_banks import NOW, Owner
from owner_files import NUMBERS, Json, code, described, said
from pyshacl import validate

from kohort.databank.publishing.codebook import NAMESPACE, codebook
from kohort.databank.publishing.dcat import catalogue
from kohort.databank.publishing.listing import Listing, listing
from kohort.databank.releases import drafts
from kohort.databank.releases.owned import BankError

# rdflib's own reader of JSON-LD uses a class of its own that it calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

SCHEMAS = Path(__file__).parent / "schemas"
BASE = "https://office.example/data"
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")
RIGHT = "http://publications.europa.eu/resource/authority/access-right/"
GOVERNED: Json = {
    "controller": "Fjordvik kommune", "purpose": "Evaluering", "sensitivity": "special",
    "source": "Opplæringsregisteret", "legal_basis": "artikkel 6",
    "contact": "ombud@fjordvik.example",
    "retention": "til 2035", "allowed_roles": ["analytiker"], "minimisation": "navn er utelatt",
}  # fmt: skip
CANARY = "31415926535"


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Owner:
    made = Owner(tmp_path_factory.mktemp("published"))
    made.found()
    listed = {
        "codeList": [code("1", "Før <2000> & da", "1990-01-01", "1999-12-31"),
                     code("1", "Etter", "2000-01-01"), code("2", "To", "1990-01-01")],
        "sentinelAndMissingValues": [{"code": "9", "categoryTitle": said("Ukjent")}],
    }  # fmt: skip
    spells = [f"{CANARY};1;1995-01-01;2005-06-30;", f"{CANARY};2;2005-07-01;;"]
    made.put("SPELLS", described(domain=listed), spells)
    made.put("WAGE", described("ACCUMULATED", "LONG", {
        **NUMBERS, "measurementType": "CURRENCY", "measurementUnitDescription": said("kroner"),
    }), [f"{CANARY};27182818;2020-01-01;2020-12-31;"], GOVERNED)  # fmt: skip
    made.put("BORN", described("FIXED", "DATE", NUMBERS), [f"{CANARY};1980-02-03;;;"])
    made.put("MOTHER", described("FIXED", unitType="PERSON", sensitivityLevel="NONPUBLIC"),
             [f"{CANARY};{CANARY};;;"])  # fmt: skip
    made.release()
    drafts.remove(made.bank, ["BORN"], "ut", NOW)
    made.release()
    return made


@pytest.fixture(scope="module")
def found(owner: Owner) -> Listing:
    return listing(owner.bank, "1.0.0")


@pytest.fixture(scope="module")
def graph(found: Listing) -> rdflib.Graph:
    return rdflib.Graph().parse(data=catalogue(found, BASE), format="json-ld")


@pytest.fixture(scope="module")
def book(found: Listing) -> Any:
    return etree.fromstring(codebook(found))


def test_versions_are_published_as_they_were(owner: Owner) -> None:
    names = [listed.entry.name for listed in listing(owner.bank).registers]
    assert names == ["MOTHER", "SPELLS", "WAGE"]
    assert len(listing(owner.bank, "1").registers) == 4
    with pytest.raises(BankError, match=r"no version 3; there are 2.0.0, 1.0.0"):
        listing(owner.bank, "3")


# ---- DCAT-AP


def test_the_catalogue_conforms(graph: rdflib.Graph) -> None:
    shapes = rdflib.Graph().parse(SCHEMAS / "dcat_ap_shapes.ttl")
    conforms, _, text = validate(graph, shacl_graph=shapes, advanced=False)
    assert conforms, text
    assert len(list(graph.subjects(rdflib.RDF.type, DCAT.Dataset))) == 4


@pytest.mark.parametrize(
    "lost", ["title", "description", "publisher", "accessRights", "identifier"]
)
def test_the_shapes_miss_what_is_missing(found: Listing, lost: str) -> None:
    made = json.loads(catalogue(found, BASE))
    del made["dataset"][0][lost]
    broken = rdflib.Graph().parse(data=json.dumps(made), format="json-ld")
    shapes = rdflib.Graph().parse(SCHEMAS / "dcat_ap_shapes.ttl")
    assert not validate(broken, shacl_graph=shapes)[0]


def test_what_the_catalogue_says(graph: rdflib.Graph) -> None:
    wage = rdflib.URIRef(f"{BASE}/my.bank/WAGE")
    assert graph.value(wage, DCT.title) == rdflib.Literal("Sivilstand", lang="no")
    assert str(graph.value(wage, DCT.accessRights)) == f"{RIGHT}RESTRICTED"
    mother = rdflib.URIRef(f"{BASE}/my.bank/MOTHER")
    assert str(graph.value(mother, DCT.accessRights)) == f"{RIGHT}NON_PUBLIC"
    period = graph.value(wage, DCT.temporal)
    assert str(graph.value(period, DCAT.endDate)) == "2020-12-31"
    contact = graph.value(wage, DCAT.contactPoint)
    email = rdflib.URIRef("http://www.w3.org/2006/vcard/ns#hasEmail")
    assert str(graph.value(contact, email)) == "mailto:ombud@fjordvik.example"
    texts = {str(o) for o in graph.objects() if isinstance(o, rdflib.Literal)}
    assert {"Fjordvik kommune", "Evaluering", "artikkel 6", "Opplæringsregisteret"} <= texts
    # Every key of the file has a meaning: none is dropped when it is read.
    assert not [p for p in graph.predicates() if not str(p).startswith("http")]


# ---- DDI-Codebook


def _schema() -> Any:
    return etree.XMLSchema(etree.parse(str(SCHEMAS / "codebook_subset.xsd")))


def test_the_codebook_is_valid(book: Any) -> None:
    schema = _schema()
    assert schema.validate(book), schema.error_log
    assert book.tag == f"{{{NAMESPACE}}}codeBook"


def test_the_schema_knows_the_order(book: Any) -> None:
    broken = etree.fromstring(etree.tostring(book))
    variable = broken.find(".//{*}var")
    variable.append(variable.find("{*}labl"))
    assert not _schema().validate(broken)


def test_what_the_codebook_says(book: Any) -> None:
    names = ("SPELLS", "WAGE", "MOTHER")
    spells, wage, mother = (book.find(f".//{{*}}var[@ID='{name}']") for name in names)
    categories = [
        (c.get("missing"), c.findtext("{*}catValu"), c.findtext("{*}labl"), c.findtext("{*}txt"))
        for c in spells.findall("{*}catgry")
    ]
    assert ("N", "1", "Før <2000> & da", "from 1995-01-01") in categories
    assert ("N", "1", "Etter", "from 2000-01-01") in categories
    assert ("Y", "9", "Ukjent", "from 1995-01-01") in categories
    assert (wage.get("intrvl"), wage.get("measUnit")) == ("contin", "kroner")
    assert wage.findtext("{*}security") == "special"
    assert {n.get("subject"): n.text for n in wage.findall("{*}notes")}["retention"] == "til 2035"
    assert mother.get("intrvl") == "discrete"
    periods = [p.text for p in book.findall(".//{*}timePrd")]
    assert periods == ["1995-01-01", "2020-12-31"]
    assert book.findtext(".//{*}distrbtr") == "Fjordvik kommune"


def test_no_data_are_published(found: Listing) -> None:
    text = catalogue(found, BASE) + codebook(found).decode()
    assert CANARY not in text
    assert "27182818" not in text
