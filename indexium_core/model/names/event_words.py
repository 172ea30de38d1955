"""
Words of home videos in many languages: families, events, cameras.

A film may have such a word, so none decides alone.
"""

from __future__ import annotations

import re

CAMERA_EXTENSIONS = frozenset({"mov", "mts", "m2t", "3gp", "3g2", "dv", "mod", "tod"})


def _words(text: str) -> re.Pattern[str]:
    """Return a pattern of words; a star stands for any letters."""
    each = "|".join(re.escape(word).replace(r"\*", r"\w*").replace(r"\+", r"[ ._-]") for word in text.split())
    return re.compile(rf"(?<!\w)(?:{each})(?!\w)", re.IGNORECASE)


# Events and people of a family: words that few names of films without a year have.
EVENT = _words("""
    wedding weddings marriage engagement birthday birthdays b-day bday christening baptism communion graduation prom
    stag hen+do hen+party hen+weekend honeymoon reunion christmas xmas nativity easter halloween thanksgiving
    new+year*s+eve holiday holidays vacation cruise recital school+play sports+day first+steps first+day ultrasound
    baby+shower grandma grandpa granny gran grandad grandad's granddad nan nana mum mummy uncle auntie
    golden+wedding *hochzeit* polterabend taufe konfirmation kommunion *einschulung* abitur abiball *geburtstag*
    jubiläum *weihnacht* heiligabend bescherung silvester ostern fasching karneval *urlaub* *kreuzfahrt*
    klassenfahrt *ausflug *feier oma opa mama onkel tante enkel familie* familien* verein* jahreshauptversammlung
    richtfest mariage mariages anniversaire baptême communion noël réveillon vacances croisière famille familial*
    mamy mamie papy papi papa maman tonton bébé bapteme noel kermesse premiers+pas pacs evjf evg cérémonie boda
    bodas cumple* bautizo comunión comunion navidad nochebuena vacaciones crucero familia abuela abuelo mamá papá
    bebé quinceañera quince graduación nochevieja matrimonio nozze compleanno battesimo comunione natale vacanze
    crociera famiglia nonna nonno laurea cresima casamento casamentos aniversário batizado formatura natal férias
    cruzeiro família vovó vovô mamãe mãe papai bebê churrasco comunhão batismo noivado viagem bruiloft trouwdag
    verjaardag sinterklaas kerst kerstmis vakantie gezin afzwemmen wesele wesela ślub ślubu slub urodziny imieniny
    chrzciny chrzest komunia komunii studniówka wigilia święta sylwester wakacje wycieczka rodzina babcia babci
    dziadek rocznica osiemnastka düğün düğünü dugun doğum+günü nişan sünnet bayram tatil mezuniyet anneanne*
    babaanne* dede bröllop bryllup födelsedag* fødselsdag* jul julafton semester student* dop dåb barnedåp
    konfirmation midsommar mormor farmor morfar farfar ferie ferien bursdag svatba narozeniny vánoce dovolená křtiny
    babička esküvő születésnap* karácsony nyaralás ballagás keresztelő nuntă botez häät joulu juhannus syntymäpäivä*
    γάμος βάπτιση свадьба свадьбы день+рождения юбилей новый+год отпуск дача выпускной утренник бабушка дедушка мама
    семья крестины 運動会 結婚式 誕生日 卒業式 お正月 正月 入学式 七五三 家族旅行
    婚礼 生日 毕业典礼 결혼식 생일 돌잔치 졸업식 运动会 xv+años recita saggio+di+danza erste+schritte schultag schulfest
    addio+al+nubilato addio+al+celibato baby babyfilm* babyvideo* beach+day camping picnic strand garten party vhs+tape
    dagis skolavslutning studenten новый+год lecture vorlesung seminar webinar screencast bachelorarbeit masterarbeit
    thesis bachelorthesis masterthesis курс
""")
# Everyday words of films of one's own, of recordings and of lessons.
EVERYDAY = _words("""
    school summer winter trip road+trip beach garden weekend family kids baby tape tapes vhs hi8 minidv super+8 reel
    camcorder cam part day+* party concert gig set live vs match training race derby cup+final lesson lecture class
    sermon service meeting interview tutorial how+to diy review vlog promo showreel timeline raw export
    final+version test clip video webinar presentation talk keynote conference workshop course recording stream
    gameplay production performance 60th 70th 80th 90th 50th 40th 30th 18th 21st mom dad home+video play dance choir
    sommer winter* reise strand garten baby kinder band+* rolle+* kassette+* konzert* chor* theater* aufführung
    anleitung erklärt vortrag umzug feuerwehr fußball pokal finale spiel+gegen wanderung schule schul* été hiver
    voyage week-end fête soirée enfants école spectacle captation concert gala brut séquence rando k7 teaser tuto
    tutoriel bal match finale cours conférence réunion verano invierno viaje fiesta escuela partido clase concierto
    feria playa tutorial estate viaggio festa scuola saggio recita partita lezione concerto mare gita verão inverno
    festa escola fita fita+* culto reunião aula pelada gols jogo passeio praia institucional show zomer reis feest
    schoolfeest optreden wedstrijd strand wyjazd szkoła przedstawienie kaseta mecz koncert lato wyprawa występ gezi
    yaz okul maç konser gösteri sommar resa skola match konsert sommer tur skole kamp лето отдых школа поездка
    концерт матч праздник 旅行 発表会 遠足 夏休み 演唱会 旅游 여행 운동회
""")
# Whose it is.
OWN = _words("""
    my our mine ours mein meine unser unsere unserer unseren mon mes notre nos mi mis nuestro nuestra nuestros mio
    mia nostro nostra nostri meu minha nosso nossa nossos mijn onze mój moja nasz nasza nasze min mitt mina vår våra
    vores benim bizim мой моя наш наша наши 我们 我的 うちの 우리
""")
HOME_FOLDER = _words("""
    home+videos home+movies phone phones handy telefon telefone telefoon téléphone celular iphone android backup
    camera kamera cam cams camcorder dashcam dash+cam drone drones drohne gopro whatsapp telegram dcim family
    familie famille familia famiglia família rodzina семья familj privat private holiday holidays urlaub vacances
    vacaciones vacanze viagens férias wakacje vakantie tatil travel trips voyage voyages reisen viajes viaggi
    wyjazdy gezi school schule école escuela escola scuola szkoła okul wedding weddings kids+videos tapes vhs hi8
    minidv super+8 super8 verein church kirche youtube tiktok tutorials screen+recordings screencasts zoom sport
    sports fußball futebol fútbol work arbeit boulot memories souvenirs erinnerungen recuerdos ricordi wspomnienia
""")
_FILMS = (
    r"movies?|films?|filme|spielfilme|kinofilme|filmy|filmes|pel[ií]culas?|cine(?:ma)?|kino|фильмы|фильм|кино|filmek|"
    r"filmer|filmler|elokuvat|ταινίες|映画|电影|電影|영화|أفلام|סרטים"
)
_SERIES = (
    r"tv|tv[ ._-]?shows?|shows|tv[ ._-]?series|series|serien|s[ée]ries?|seriale|seri[aá]ly|sorozatok|serier|diziler|"
    r"novelas?|telenovelas|anim[ée]s?|dessins[ ._-]anim[ée]s|cartoons?|doramas?|сериалы|мультсериалы|аниме|σειρές|"
    r"ドラマ|アニメ|电视剧|드라마"
)


def _folder(kinds: str) -> re.Pattern[str]:
    """Return a pattern of folders of a kind, with at most one further word: `Films enfants`, `Kids TV`."""
    return re.compile(rf"(?:\w+[ ._-])?(?:{kinds})(?:[ ._-]\w+)?", re.IGNORECASE)


FILM_FOLDER, SERIES_FOLDER, WORKS_FOLDER = _folder(_FILMS), _folder(_SERIES), _folder(f"{_FILMS}|{_SERIES}")
