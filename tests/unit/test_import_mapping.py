"""What a table is, which column fills which field, and what a mapping file may say."""

from pathlib import Path, PurePosixPath

import pytest

from copilot.cli import importing
from copilot.errors import MappingError
from knowledge.connectors.lexicon import connectors, is_known_header
from knowledge.connectors.reading import open_tables
from knowledge.connectors.table import Table
from knowledge.fields import FIELDS, RECORD_CLASSES
from knowledge.mapping import TableMapping, detect, detect_as
from knowledge.mapping_file import applied, check_essential, check_used, load_mapping


def table_of(folder: Path, name: str, content: str) -> Table:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return open_tables(path, max_bytes=1_000_000, known=is_known_header)[0]


def detected(folder: Path, name: str, header: str, row: str = "1") -> TableMapping:
    delimiter = ";" if ";" in header else ","
    table = table_of(folder, name, header + "\n" + row + delimiter * header.count(delimiter) + "\n")
    return detect(table, path=PurePosixPath(name), plain_system="own", sibling_system=None)


def fields_of(mapping: TableMapping) -> dict[str, str]:
    return {column.header: column.field for column in mapping.columns}


@pytest.mark.parametrize(
    ("name", "header", "system", "record_type"),
    [
        ("a.csv", "Id,Name,BillingCountry,Industry,AnnualRevenue,OwnerId,ARR__c", "salesforce", "account"),
        ("b.csv", "Id,AccountId,Name,StageName,CloseDate,Amount,IsWon", "salesforce", "opportunity"),
        ("report1.csv", "Opportunity Owner,Account Name,Opportunity Name,Stage,Amount,Close Date", "salesforce",
         "opportunity"),
        ("c.csv", "Id,AccountId,FirstName,LastName,Email,Title", "salesforce", "contact"),
        ("d.csv", "Case Number,Account Name,Subject,Status,Priority,Date/Time Opened,Date/Time Closed", "salesforce",
         "ticket"),
        ("e.csv", "Record ID,Company name,Company owner,Lifecycle Stage,Country/Region", "hubspot", "account"),
        ("f.csv", "ID de registro;Nombre del negocio;Etapa del negocio;Valor;Fecha de cierre", "hubspot",
         "opportunity"),
        ("g.csv", "ID de registro;Nombre;Apellidos;Correo;Cargo;Empresa asociada", "hubspot", "contact"),
        ("h.csv", "ID del ticket;Nombre del ticket;Estado del ticket;Prioridad;Fecha de creación", "hubspot", "ticket"),
        ("clientes.csv", "codigo cliente;razon social;pais;sector;facturacion", "own", "account"),
        ("ventas.csv", "id;cliente;producto;fase;importe;fecha de cierre", "own", "opportunity"),
        ("reuniones.csv", "fecha,cuenta,asunto,notas,asistentes", "own", "activity"),
        ("nps.csv", "account,score,comment,date", "own", "survey"),
        ("facturas.csv", "Nº de factura;Cliente;Fecha de emisión;Vencimiento;Pagada el;Importe;Saldo pendiente",
         "own", "invoice"),
        ("i.csv", "Id,AccountId,InvoiceNumber,InvoiceDate,DueDate,Paid_On__c,TotalAmount,Balance,Status", "salesforce",
         "invoice"),
        ("j.csv", "ID de registro;Número de factura;Importe facturado;Fecha de factura;Fecha de pago;Empresa asociada",
         "hubspot", "invoice"),
        ("export.csv", "invoice number,customer,invoice date,due date,paid on,amount,currency", "own", "invoice"),
        ("cuentas.csv", "id cuenta;cuenta;cliente desde;fecha de baja", "own", "account"),
        ("k.csv", "Id,Name,BillingCountry,Customer_Since__c,Churn_Date__c", "salesforce", "account"),
        ("tarifas.csv", "producto,lista de precios,unidad,precio unitario,moneda", "own", "price_book_entry"),
    ],
)  # fmt: skip
def test_exports_are_recognised(tmp_path: Path, name: str, header: str, system: str, record_type: str) -> None:
    mapping = detected(tmp_path, name, header)
    assert (mapping.system, mapping.record_type) == (system, record_type)
    assert not mapping.unmapped or set(mapping.unmapped) == {"OwnerId"}


@pytest.mark.parametrize(
    ("name", "header", "reason"),
    [
        ("data_dictionary.csv", "account,sector,revenue", "type.description"),
        ("sales_teams.csv", "sales_agent,manager,regional_office", "type.people"),
        ("random.csv", "zeta,theta,omega", "type.unrecognised"),
    ],
)
def test_tables_that_are_no_records_are_left_out_with_the_reason(
    tmp_path: Path, name: str, header: str, reason: str
) -> None:
    assert detected(tmp_path, name, header).left_out == reason


def test_the_systems_own_header_beats_a_common_one(tmp_path: Path) -> None:
    mapping = detected(tmp_path, "x.csv", "Id,AccountId,StageName,CloseDate,Amount,Status,Name")
    assert fields_of(mapping)["StageName"] == "stage"
    column = mapping.column_of("stage")
    assert column is not None
    assert (column.reason, column.confidence) == ("named", 1.0)


def test_a_misspelt_header_is_taken_with_less_confidence(tmp_path: Path) -> None:
    mapping = detected(tmp_path, "accounts.csv", "account id,account name,anual revenue")
    column = mapping.column_of("annual_revenue")
    assert column is not None
    assert column.reason == "similar"
    assert column.confidence < 0.75


def test_a_customer_table_carries_contact_deal_and_note(tmp_path: Path) -> None:
    header = "customer_id,customer_name,customer_email,customer_phone,status,product_interest,last_contact_date,notes"
    mapping = detected(tmp_path, "customers.csv", header)
    assert mapping.record_type == "account"
    assert {extra.record_type for extra in mapping.extras} == {"contact", "opportunity", "activity"}


def test_the_folders_name_and_neighbours_say_the_system(tmp_path: Path) -> None:
    table = table_of(tmp_path, "usage.csv", "account id,metric,week,value\n1,users,2026-01-05,3\n")
    by_folder = detect(table, path=PurePosixPath("hubspot/usage.csv"), plain_system="own", sibling_system=None)
    by_sibling = detect(table, path=PurePosixPath("crm/usage.csv"), plain_system="own", sibling_system="salesforce")
    assert (by_folder.system, by_sibling.system) == ("hubspot", "salesforce")


def test_connectors_name_only_fields_that_exist() -> None:
    for connector in connectors().values():
        for record_type, types in connector.types.items():
            assert {field for field, _ in types.fields.values()} <= set(FIELDS[record_type])


def test_every_field_of_a_record_can_come_from_a_table() -> None:
    given = {"source_system", "as_of"}
    for record_type, record in RECORD_CLASSES.items():
        assert set(record.model_fields) - given - set(FIELDS[record_type]) == set()


def apply_file(folder: Path, table: Table, toml: str) -> TableMapping:
    path = folder / "mapping.toml"
    path.write_text(toml, encoding="utf-8")
    mapping_file = load_mapping(path)
    where = PurePosixPath(table.name)
    found = detect(table, path=where, plain_system="own", sibling_system=None)
    retyped = {kind: detect_as(kind, table, path=where, plain_system="own", sibling_system=None) for kind in FIELDS}
    entry = mapping_file.entry_for(table.name)
    mapping = applied(found, table=table, name=table.name, entry=entry, file=mapping_file, retyped=retyped)
    check_essential(mapping, name=table.name)
    check_used(mapping_file, tables=[table.name], paths=[], source="mapping.toml")
    return mapping


def test_the_mapping_file_beats_detection(tmp_path: Path) -> None:
    table = table_of(tmp_path, "export7.csv", "clave,titulo,importe neto,interno\n1,Uno,5,x\n")
    mapping = apply_file(
        tmp_path,
        table,
        """
        currency = "EUR"
        [[file]]
        match = "export*.csv"
        type = "opportunity"
        system = "hubspot"
        ignore = ["interno"]
        date_order = "dmy"
        [file.columns]
        source_id = "clave"
        name = "titulo"
        amount = "importe neto"
        [file.constants]
        stage = "Propuesta"
        [file.values.stage]
        "Firmado" = "won"
        """,
    )
    assert (mapping.record_type, mapping.system, mapping.currency, mapping.date_order) == (
        "opportunity", "hubspot", "EUR", "dmy",
    )  # fmt: skip
    assert fields_of(mapping) == {"clave": "source_id", "titulo": "name", "importe neto": "amount"}
    assert mapping.unmapped == ("interno",)
    assert mapping.choices == {"stage": {"firmado": "won"}}


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[[file]\n", "not valid TOML"),
        ("colour = 'red'\n", "colour"),
        ("[[file]]\nmatch = 'x.csv'\ntype = 'deal'\n", "unknown type deal"),
        ("[[file]]\nmatch = 'x.csv'\ntype = 'account'\n[file.columns]\nsize = 'name'\n", "no field size"),
        ("[[file]]\nmatch = 'x.csv'\ntype = 'account'\n[file.columns]\nname = 'Nome'\n", "no column Nome"),
        ("[[file]]\nmatch = 'y.csv'\ntype = 'account'\n", "nothing matches y.csv"),
        ("[[file]]\nmatch = 'x.csv'\ntype = 'ticket'\n", "no column fills"),
        ("[[document]]\nmatch = 'a.pdf'\n", "either account or visibility"),
        ("timezone = 'Mars/Olympus'\n", "no time zone"),
    ],
)
def test_a_mapping_file_that_does_not_fit_says_where_and_what_to_do(tmp_path: Path, toml: str, words: str) -> None:
    table = table_of(tmp_path, "x.csv", "id,name,country\n1,Lira,ES\n")
    with pytest.raises(MappingError, match=words) as caught:
        apply_file(tmp_path, table, toml)
    assert caught.value.hint


def test_the_documented_mapping_file_is_one(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[2] / "knowledge" / "README.md").read_text(encoding="utf-8")
    for number, example in enumerate([readme.partition("```toml")[2].partition("```")[0], importing.EXAMPLE]):
        path = tmp_path / f"{number}.toml"
        path.write_text(example, encoding="utf-8")
        mapping = load_mapping(path)
        assert mapping.file[0].type == "opportunity"
        assert mapping.document[0].account == "Ascensores Lira"
