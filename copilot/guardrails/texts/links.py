"""Rules about links, images and addresses in what leaves."""

TEXTS: dict[str, dict[str, str]] = {
    "links.markup": {
        "es": "La frase contiene código de página o un enlace o imagen con formato («{quote}»). "
        "Quítelo y deje solo el texto.",
        "en": "The sentence contains page code, or a formatted link or image (“{quote}”). "
        "Take it out and leave plain text.",
    },
    "links.dangerous_scheme": {
        "es": "«{quote}» ejecutaría algo o abriría un archivo en vez de llevar a una página. Quítelo.",
        "en": "“{quote}” would run something or open a file instead of leading to a page. Take it out.",
    },
    "links.disguised_address": {
        "es": "«{quote}» oculta adónde lleva: imita una dirección nuestra o mezcla letras que se confunden. "
        "Quítela y avise a seguridad de dónde venía.",
        "en": "“{quote}” hides where it leads: it imitates one of our addresses or mixes letters that look alike. "
        "Take it out and tell security where it came from.",
    },
    "links.carries_data": {
        "es": "«{quote}» lleva dentro un código largo u otra dirección, y así puede sacar datos o seguir a quien la "
        "abre. Quítela o use una dirección corta nuestra.",
        "en": "“{quote}” has a long code or another address inside, so it can carry data out or track who opens it. "
        "Take it out, or use a short address of ours.",
    },
    "links.outside_address": {
        "es": "«{quote}» no es una página nuestra ni está en las fuentes propias que cita la frase. "
        "Quítela, o añada su dominio a los permitidos en la política.",
        "en": "“{quote}” is no page of ours and is not in the sources of ours that the sentence cites. "
        "Take it out, or add its domain to those that the policy allows.",
    },
    "links.outside_mail_address": {
        "es": "«{quote}» no es una dirección o número nuestro ni está en las fuentes propias que cita la frase. "
        "Compruebe de dónde salió o quítelo.",
        "en": "“{quote}” is no address or number of ours and is not in the sources of ours that the sentence cites. "
        "Check where it came from, or take it out.",
    },
}
