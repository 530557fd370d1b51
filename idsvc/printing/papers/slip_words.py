"""The slip's words in the languages that it speaks; a program's other languages follow behind the link."""

# ruff: noqa: RUF001 - letters and punctuation of other scripts are meant

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class SlipWords:
    """One language's words; {link} and {telephone} are filled in."""

    title: str
    keep: str
    renew: str
    lost: str


SLIP_WORDS: Final = {
    "en": SlipWords(
        title="Your renewal code",
        keep="Keep this page at home. The code opens your record: show it to nobody.",
        renew="To renew your card, go to {link} and type this code.",
        lost="Lost the card or this page? Call {telephone}. You get a new card and a new code.",
    ),
    "es": SlipWords(
        title="Su código de renovación",
        keep="Guarde esta hoja en casa. El código abre su expediente: no lo muestre a nadie.",
        renew="Para renovar su tarjeta, vaya a {link} y escriba este código.",
        lost="¿Perdió la tarjeta o esta hoja? Llame al {telephone}. Recibirá una tarjeta y un código nuevos.",
    ),
    "zh": SlipWords(
        title="您的续期码",
        keep="请把这张纸放在家里。此码可打开您的记录，请勿给任何人看。",
        renew="续期时请访问 {link} 并输入此码。",
        lost="卡片或这张纸丢失了？请致电 {telephone}。您会得到新卡和新码。",
    ),
    "ar": SlipWords(
        title="رمز التجديد الخاص بك",
        keep="احتفظ بهذه الورقة في المنزل. هذا الرمز يفتح سجلك: لا تُظهره لأحد.",
        renew="لتجديد بطاقتك، اذهب إلى {link} واكتب هذا الرمز.",
        lost="هل فقدت البطاقة أو هذه الورقة؟ اتصل بالرقم {telephone}. ستحصل على بطاقة جديدة ورمز جديد.",
    ),
    "ht": SlipWords(
        title="Kòd renouvèlman ou",
        keep="Kite fèy sa a lakay ou. Kòd la ouvri dosye ou: pa montre pèsonn li.",
        renew="Pou renouvle kat ou, ale sou {link} epi tape kòd sa a.",
        lost="Ou pèdi kat la oswa fèy sa a? Rele {telephone}. W ap jwenn yon nouvo kat ak yon nouvo kòd.",
    ),
    "fr": SlipWords(
        title="Votre code de renouvellement",
        keep="Gardez cette feuille chez vous. Le code ouvre votre dossier : ne le montrez à personne.",
        renew="Pour renouveler votre carte, allez sur {link} et tapez ce code.",
        lost="Carte ou feuille perdue ? Appelez le {telephone}. Vous recevrez une carte et un code nouveaux.",
    ),
    "pl": SlipWords(
        title="Twój kod odnowienia",
        keep="Trzymaj tę kartkę w domu. Kod otwiera Twoje dane: nie pokazuj go nikomu.",
        renew="Aby odnowić kartę, wejdź na {link} i wpisz ten kod.",
        lost="Karta lub kartka zgubiona? Zadzwoń: {telephone}. Dostaniesz nową kartę i nowy kod.",
    ),
    "ru": SlipWords(
        title="Ваш код для продления",
        keep="Храните этот лист дома. Код открывает вашу запись: никому его не показывайте.",
        renew="Чтобы продлить карту, зайдите на {link} и введите этот код.",
        lost="Потеряли карту или этот лист? Позвоните: {telephone}. Вы получите новую карту и новый код.",
    ),
    "vi": SlipWords(
        title="Mã gia hạn của quý vị",
        keep="Hãy giữ tờ này ở nhà. Mã này mở hồ sơ của quý vị: đừng cho ai xem.",
        renew="Để gia hạn thẻ, hãy vào {link} và nhập mã này.",
        lost="Mất thẻ hoặc tờ này? Hãy gọi {telephone}. Quý vị sẽ nhận thẻ mới và mã mới.",
    ),
    "ko": SlipWords(
        title="갱신 코드",
        keep="이 종이를 집에 보관하세요. 이 코드로 귀하의 기록이 열립니다. 아무에게도 보여주지 마세요.",
        renew="카드를 갱신하려면 {link} 에서 이 코드를 입력하세요.",
        lost="카드나 이 종이를 잃어버리셨나요? {telephone} 로 전화하세요. 새 카드와 새 코드를 드립니다.",
    ),
}
