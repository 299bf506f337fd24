"""What each signal is called, how it is computed and what its number says, for people, in both languages.

Invariant: every signal has a name, a formula and a clause in both languages (tested); a clause states the number as it
is and never whether that is good. A formula says what the statements of `copilot.store.signals_sql` do.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.signals import SIGNALS, Signal, Unit

_Pair = tuple[str, str]
"""Spanish, English."""


@dataclass(frozen=True, slots=True)
class _Words:
    name: _Pair
    many: _Pair
    """The clause; `{n}` is the number without its sign."""
    one: _Pair | None = None
    """For 1; else as for many."""
    zero: _Pair | None = None
    less: _Pair | None = None
    """For a number below zero."""
    less_one: _Pair | None = None


_90, _180 = ("en los últimos 90 días", "in the last 90 days"), ("en los últimos 180 días", "in the last 180 days")

_WORDS: Mapping[Signal, _Words] = {
    Signal.USAGE_CHANGE: _Words(
        name=("Variación del uso en 13 semanas", "Change of use over 13 weeks"),
        many=("el uso activo ha subido un {n}", "active use is up {n}"),
        zero=("el uso activo es el de hace 13 semanas", "active use is what it was 13 weeks ago"),
        less=("el uso activo ha caído un {n}", "active use is down {n}"),
    ),
    Signal.USAGE_CHANGE_YEAR: _Words(
        name=("Variación del uso en un año", "Change of use over a year"),
        many=("el uso activo ha subido un {n} en un año", "active use is up {n} over a year"),
        zero=("el uso activo es el de hace un año", "active use is what it was a year ago"),
        less=("el uso activo ha caído un {n} en un año", "active use is down {n} over a year"),
    ),
    Signal.USAGE_BREADTH: _Words(
        name=("Funciones en uso", "Features in use"),
        many=("se usan {n} funciones", "{n} features are in use"),
        one=("se usa 1 función", "1 feature is in use"),
        zero=("no se usa ninguna función", "no feature is in use"),
    ),
    Signal.DAYS_SINCE_USE: _Words(
        name=("Días desde el último uso registrado", "Days since the last recorded use"),
        many=(
            "la última semana con uso registrado acabó hace {n} días",
            "the last week with recorded use ended {n} days ago",
        ),
        one=(
            "la última semana con uso registrado acabó hace 1 día",
            "the last week with recorded use ended 1 day ago",
        ),
        zero=(
            "la última semana con uso registrado llega hasta el mismo día",
            "the last week with recorded use reaches up to the day",
        ),
    ),
    Signal.SEAT_UTILISATION: _Words(
        name=("Licencias en uso", "Seats in use"),
        many=("se usa el {n} de las licencias", "{n} of the seats are in use"),
        zero=("no se usa ninguna licencia", "no seat is in use"),
    ),
    Signal.TICKETS_OPEN: _Words(
        name=("Tickets abiertos", "Open tickets"),
        many=("hay {n} tickets abiertos", "{n} tickets are open"),
        one=("hay 1 ticket abierto", "1 ticket is open"),
        zero=("no hay ningún ticket abierto", "no ticket is open"),
    ),
    Signal.TICKETS_OPEN_URGENT: _Words(
        name=("Tickets urgentes abiertos", "Urgent open tickets"),
        many=("hay {n} tickets urgentes abiertos", "{n} urgent tickets are open"),
        one=("hay 1 ticket urgente abierto", "1 urgent ticket is open"),
        zero=("no hay ningún ticket urgente abierto", "no urgent ticket is open"),
    ),
    Signal.TICKETS_OPENED: _Words(
        name=("Tickets en 90 días", "Tickets in 90 days"),
        many=(f"se abrieron {{n}} tickets {_90[0]}", f"{{n}} tickets were opened {_90[1]}"),
        one=(f"se abrió 1 ticket {_90[0]}", f"1 ticket was opened {_90[1]}"),
        zero=(f"no se abrió ningún ticket {_90[0]}", f"no ticket was opened {_90[1]}"),
    ),
    Signal.TICKETS_OPENED_CHANGE: _Words(
        name=("Tickets frente a los 90 días anteriores", "Tickets against the 90 days before"),
        many=(
            "se abrieron {n} tickets más que en el trimestre anterior",
            "{n} more tickets were opened than in the quarter before",
        ),
        one=(
            "se abrió 1 ticket más que en el trimestre anterior",
            "1 more ticket was opened than in the quarter before",
        ),
        zero=(
            "se abrieron tantos tickets como en el trimestre anterior",
            "as many tickets were opened as in the quarter before",
        ),
        less=(
            "se abrieron {n} tickets menos que en el trimestre anterior",
            "{n} fewer tickets were opened than in the quarter before",
        ),
        less_one=(
            "se abrió 1 ticket menos que en el trimestre anterior",
            "1 ticket fewer was opened than in the quarter before",
        ),
    ),
    Signal.OLDEST_TICKET_DAYS: _Words(
        name=("Edad del ticket abierto más antiguo", "Age of the oldest open ticket"),
        many=("el ticket abierto más antiguo tiene {n} días", "the oldest open ticket is {n} days old"),
        one=("el ticket abierto más antiguo tiene 1 día", "the oldest open ticket is 1 day old"),
        zero=("no hay tickets abiertos de días anteriores", "no ticket is open from earlier days"),
    ),
    Signal.NPS: _Words(
        name=("Último NPS", "Latest NPS"),
        many=("la última respuesta NPS es un {n}", "the latest NPS answer is {n}"),
    ),
    Signal.NPS_CHANGE: _Words(
        name=("Variación del NPS", "Change of NPS"),
        many=("el NPS ha subido {n} puntos", "NPS is up {n} points"),
        one=("el NPS ha subido 1 punto", "NPS is up 1 point"),
        zero=("el NPS es el mismo que la vez anterior", "NPS is the same as the time before"),
        less=("el NPS ha bajado {n} puntos", "NPS is down {n} points"),
        less_one=("el NPS ha bajado 1 punto", "NPS is down 1 point"),
    ),
    Signal.CSAT: _Words(
        name=("CSAT medio", "Mean CSAT"),
        many=(f"el CSAT medio es de {{n}} {_180[0]}", f"mean CSAT is {{n}} {_180[1]}"),
    ),
    Signal.CES: _Words(
        name=("CES medio", "Mean CES"),
        many=(f"el CES medio es de {{n}} {_180[0]}", f"mean CES is {{n}} {_180[1]}"),
    ),
    Signal.CHAMPIONS_LEFT: _Words(
        name=("Impulsores que se fueron", "Champions who left"),
        many=("se han ido {n} impulsores en un año", "{n} champions left within a year"),
        one=("se ha ido 1 impulsor en un año", "1 champion left within a year"),
        zero=("no se ha ido ningún impulsor en un año", "no champion left within a year"),
    ),
    Signal.STAKEHOLDERS_LEFT: _Words(
        name=("Contactos que se fueron", "Contacts who left"),
        many=(f"se han ido {{n}} contactos {_180[0]}", f"{{n}} contacts left {_180[1]}"),
        one=(f"se ha ido 1 contacto {_180[0]}", f"1 contact left {_180[1]}"),
        zero=(f"no se ha ido ningún contacto {_180[0]}", f"no contact left {_180[1]}"),
    ),
    Signal.PEOPLE_HEARD: _Words(
        name=("Personas del cliente que hablaron", "People heard from"),
        many=(f"han hablado {{n}} personas del cliente {_90[0]}", f"{{n}} of their people were heard from {_90[1]}"),
        one=(f"ha hablado 1 persona del cliente {_90[0]}", f"1 of their people was heard from {_90[1]}"),
        zero=(f"no ha hablado nadie del cliente {_90[0]}", f"none of their people was heard from {_90[1]}"),
    ),
    Signal.DAYS_SINCE_INBOUND: _Words(
        name=("Días de silencio del cliente", "Days of the customer's silence"),
        many=("lo último que dijo el cliente es de hace {n} días", "the customer was last heard from {n} days ago"),
        one=("lo último que dijo el cliente es de hace 1 día", "the customer was last heard from 1 day ago"),
        zero=("lo último que dijo el cliente es de ese mismo día", "the customer was last heard from on the day"),
    ),
    Signal.INBOUND: _Words(
        name=("Contactos del cliente en 90 días", "Times the customer made contact in 90 days"),
        many=(
            f"el cliente se puso en contacto {{n}} veces {_90[0]}",
            f"the customer made contact {{n}} times {_90[1]}",
        ),
        one=(f"el cliente se puso en contacto 1 vez {_90[0]}", f"the customer made contact once {_90[1]}"),
        zero=(f"el cliente no se puso en contacto {_90[0]}", f"the customer made no contact {_90[1]}"),
    ),
    Signal.INBOUND_CHANGE: _Words(
        name=("Contacto frente a los 90 días anteriores", "Contact against the 90 days before"),
        many=(
            "el cliente se puso en contacto {n} veces más que en el trimestre anterior",
            "the customer made contact {n} times more than in the quarter before",
        ),
        one=(
            "el cliente se puso en contacto 1 vez más que en el trimestre anterior",
            "the customer made contact once more than in the quarter before",
        ),
        zero=(
            "el cliente se puso en contacto tantas veces como en el trimestre anterior",
            "the customer made contact as often as in the quarter before",
        ),
        less=(
            "el cliente se puso en contacto {n} veces menos que en el trimestre anterior",
            "the customer made contact {n} times less than in the quarter before",
        ),
        less_one=(
            "el cliente se puso en contacto 1 vez menos que en el trimestre anterior",
            "the customer made contact once less than in the quarter before",
        ),
    ),
    Signal.REPLY_DAYS: _Words(
        name=("Días que tardan en contestar", "Days they take to answer"),
        many=("el cliente suele tardar {n} días en contestar", "the customer usually takes {n} days to answer"),
        one=("el cliente suele tardar 1 día en contestar", "the customer usually takes 1 day to answer"),
        zero=("el cliente suele contestar enseguida", "the customer usually answers at once"),
    ),
    Signal.INVOICES_OVERDUE: _Words(
        name=("Facturas vencidas", "Overdue invoices"),
        many=("hay {n} facturas vencidas sin pagar", "{n} invoices are overdue"),
        one=("hay 1 factura vencida sin pagar", "1 invoice is overdue"),
        zero=("no hay facturas vencidas sin pagar", "no invoice is overdue"),
    ),
    Signal.DAYS_OVERDUE: _Words(
        name=("Días de impago", "Days overdue"),
        many=("la factura impagada más antigua venció hace {n} días", "the oldest unpaid invoice is {n} days overdue"),
        one=("la factura impagada más antigua venció hace 1 día", "the oldest unpaid invoice is 1 day overdue"),
        zero=("ninguna factura lleva días vencida", "no invoice has been due for days"),
    ),
    Signal.INVOICES_PAID_LATE: _Words(
        name=("Facturas pagadas tarde", "Invoices paid late"),
        many=("se pagaron tarde {n} facturas en un año", "{n} invoices were paid late within a year"),
        one=("se pagó tarde 1 factura en un año", "1 invoice was paid late within a year"),
        zero=("no se pagó tarde ninguna factura en un año", "no invoice was paid late within a year"),
    ),
    Signal.DAYS_TO_RENEWAL: _Words(
        name=("Días hasta la renovación", "Days to renewal"),
        many=("quedan {n} días para la renovación", "{n} days are left to the renewal"),
        one=("queda 1 día para la renovación", "1 day is left to the renewal"),
        zero=("la renovación es ese mismo día", "the renewal is on the day"),
        less=("la fecha de renovación pasó hace {n} días", "the renewal date passed {n} days ago"),
        less_one=("la fecha de renovación pasó hace 1 día", "the renewal date passed 1 day ago"),
    ),
    Signal.TENURE_DAYS: _Words(
        name=("Días como cliente", "Days as a customer"),
        many=("es cliente desde hace {n} días", "they have been a customer for {n} days"),
        one=("es cliente desde hace 1 día", "they have been a customer for 1 day"),
        zero=("es cliente desde ese día", "they became a customer on the day"),
    ),
    Signal.EXPANSION_OPEN: _Words(
        name=("Ampliaciones abiertas", "Open expansions"),
        many=("hay {n} ampliaciones abiertas", "{n} expansions are open"),
        one=("hay 1 ampliación abierta", "1 expansion is open"),
        zero=("no hay ninguna ampliación abierta", "no expansion is open"),
    ),
    Signal.PROMISES_BROKEN: _Words(
        name=("Promesas incumplidas", "Broken promises"),
        # Said without a negation: the promises that are cited hold none. A day that passed in silence proves no more.
        many=(
            f"{{n}} promesas nuestras vencieron {_180[0]} y siguen por cumplir o por confirmar",
            f"{{n}} promises of ours fell due {_180[1]} and are still to be kept or confirmed as kept",
        ),
        one=(
            f"1 promesa nuestra venció {_180[0]} y sigue por cumplir o por confirmar",
            f"1 promise of ours fell due {_180[1]} and is still to be kept or confirmed as kept",
        ),
        zero=(
            f"ninguna promesa nuestra que venciera {_180[0]} sigue por cumplir",
            f"no promise of ours that fell due {_180[1]} is still to be kept",
        ),
    ),
    Signal.COMPETITOR_MENTIONS: _Words(
        name=("Menciones de competidores", "Mentions of competitors"),
        many=(
            f"el cliente nombró a competidores {{n}} veces {_180[0]}",
            f"they named competitors {{n}} times {_180[1]}",
        ),
        one=(f"el cliente nombró a un competidor 1 vez {_180[0]}", f"they named a competitor once {_180[1]}"),
        zero=(f"el cliente no nombró a ningún competidor {_180[0]}", f"they named no competitor {_180[1]}"),
    ),
    Signal.COMPLAINTS: _Words(
        name=("Quejas", "Complaints"),
        many=(f"el cliente se quejó {{n}} veces {_180[0]}", f"they complained {{n}} times {_180[1]}"),
        one=(f"el cliente se quejó 1 vez {_180[0]}", f"they complained once {_180[1]}"),
        zero=(f"el cliente no se quejó {_180[0]}", f"they did not complain {_180[1]}"),
    ),
    Signal.PRAISE: _Words(
        name=("Elogios", "Praise"),
        many=(f"el cliente nos elogió {{n}} veces {_180[0]}", f"they praised us {{n}} times {_180[1]}"),
        one=(f"el cliente nos elogió 1 vez {_180[0]}", f"they praised us once {_180[1]}"),
        zero=(f"el cliente no nos elogió {_180[0]}", f"they did not praise us {_180[1]}"),
    ),
    Signal.EXPANSION_MENTIONS: _Words(
        name=("Señales de ampliación", "Signs of expansion"),
        many=(f"el cliente habló de ampliar {{n}} veces {_180[0]}", f"they spoke of buying more {{n}} times {_180[1]}"),
        one=(f"el cliente habló de ampliar 1 vez {_180[0]}", f"they spoke of buying more once {_180[1]}"),
        zero=(f"el cliente no habló de ampliar {_180[0]}", f"they did not speak of buying more {_180[1]}"),
    ),
}


def signal_name(signal: Signal, language: Language) -> str:
    """What it is called, as a heading."""
    return _of(_WORDS[signal].name, language)


def signal_clause(signal: Signal, value: float | None, language: Language) -> str:
    """What the number says, to be put into a sentence; None or NaN: that it is not known."""
    if value is None or math.isnan(value):
        unknown = ("no se conoce: {0}", "not known: {0}")
        name = signal_name(signal, language)
        return _of(unknown, language).format(name if name.split()[0].isupper() else name[0].lower() + name[1:])
    number = Decimal(repr(value)).normalize()
    formatter = Formatter(language)
    is_percent = SIGNALS[signal].unit is Unit.PERCENT
    shown = formatter.percent(abs(number)) if is_percent else formatter.number(abs(number))
    return _of(_form(_WORDS[signal], number), language).format(n=shown)


def _form(words: _Words, number: Decimal) -> _Pair:
    if number < 0:
        return (words.less_one if number == -1 else None) or words.less or words.many
    if number == 0:
        return words.zero or words.many
    return (words.one if number == 1 else None) or words.many


def _of(pair: _Pair, language: Language) -> str:
    return pair[0] if language is Language.ES else pair[1]
