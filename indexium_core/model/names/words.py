"""
The words of file names and folder names in many languages: seasons, episodes, parts, extras, release tags, cameras.

Each constant is a regular expression, or a part of one for a character class that ignores case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

SEASON = (
    "season|series|staffel|saison|temporada|stagione|seizoen|sezon(?:a|ul)?|sæson|säsong|sesong|kausi|évad|série|řada|"
    "сезон|сезона|σεζόν|κύκλος|mùa|シーズン|시즌|الموسم|עונה"
)
EPISODE = (
    "[ée]pis[oóò]d(?:e|es|io|ios|i|ul|en)?|epiz[oó]d[ae]?|eps?|folge|cap[ií]tulos?|cap|odcinek|odc|lucka|aflevering|afl|"
    "avsnitt|afsnit|jakso|b[öo]l[üu]m|díl|rész|puntata|серия|серія|эпизод|выпуск|επεισόδιο|tập|"
    "الحلقة|(?:al[ -]?)?hala?qa|פרק"
)
BOOK = "livre|book|buch|libro"  # words for a season of some series: `Livre II`
STAGE = "session|chapter|kapitel|chapitre|act|stage"  # words for an episode of some series
SECTION = (  # of a course
    "chapter|kapitel|chapitre|cap[ií]tulo|capitolo|lecture|lesson|lektion|lecci[oó]n|leçon|lezione|unit|modul[eo]?|day|"
    "tag|week|woche|lec|l(?=\\d\\d)|class|session|section|sektion|vorlesung|урок|лекция"
)
PART = "part|pt|cd|vcd|dvd|disc|disk|teil|partie|parte|часть|część|cz|deel|del"
PARTS = re.compile(  # a word of `PART` with its number, or `2 of 6`
    rf"(?:^|(?<=[ ._\-(\[]))(?!dvd[59](?!\d))({PART})[ ._-]*(\d{{1,2}}|[a-d]|[ivx]{{1,4}})"
    r"(?:[ ._-]*(?:of|von|de|/)[ ._-]*(\d{1,2}))?"
    r"(?=$|[ ._\-)\]])(?!\.\d)|(?:^|(?<=[ ._\-(\[]))(\d{1,2})[ ]?(?:of|von|af|av|di|из)[ ]?(\d{1,2})(?=$|[ ._\-)\]])",
    re.IGNORECASE,
)
DISC_PART = re.compile(r"(?<![^\W_])(?:v?cd|dvd|dis[ck])[ ._-]*[1-9](?!\d)", re.IGNORECASE)
SPECIALS = re.compile(
    r"specials?|sonderfolgen|hors[- ]?s[ée]rie|especiales|speciali|especiais|спецвыпуски|ovas?|oads?",
    re.IGNORECASE,
)
EXTRA_FOLDER = re.compile(
    r"extras?|behind the scenes|deleted scenes|interviews?|scenes|shorts?|featurettes?|clips?|others?|backdrops|"
    r"nc(?:op|ed)s?|theme-music|bonus(?: ?material| features?| disc)?|(?:special|extra) ?features?|supplements?|"
    r"making[- ]of|outtakes|bloopers|extrafanart|proof|"
    r"zusatzmaterial|suppléments|extra's|sps|дополнительные материалы|бонусы?|materiały dodatkowe|contenuti extra|"
    r"(?:映像)?特典(?:映像)?|花絮",
    re.IGNORECASE,
)
TRAILER_FOLDER = re.compile(r"trailers?|teasers?|bandes?[- ]annonces?|tráilers?", re.IGNORECASE)
SAMPLE_FOLDER = re.compile(r"samples?", re.IGNORECASE)
DISC_FOLDER = re.compile(
    r"video_ts|audio_ts|20\d\d-[-\d.]+\.rec|bdmv|stream|playlist|certificate|(?:cd|dvd|disc|disk|bd)[ ._-]*(\d{1,2})",
    re.IGNORECASE,
)
EXTRA_NAME = re.compile(
    r"(?:(?:the )?making[- ]of\b|behind[- ]the[- ]scenes\b|deleted[- ]scenes?\b|interviews?(?: (?:with|"
    r"mit|avec|con)\b|$)|"
    r"outtakes\b|bloopers\b|gag[- ]reel\b|featurettes?\b|bonus(?:material)?\b|extras?$|entfallene szenen\b|"
    r"scènes coupées\b|bandes?[- ]annonces?\b|(?:nc)?(?:op|ed)\d*$|creditless\b|audio commentary\b|image gallery\b)",
    re.IGNORECASE,
)
TRAILER = re.compile(
    r"(?:^|[-._ (\[])(?P<sure>(?:official|theatrical|final|original|international)[-._ ])?"
    r"(?:teaser[-._ ])?(?:trailer|teaser|bande[-._ ]annonce|zwiastun|трейлер)(?:[-._ ]?#?\d{1,2})?(?![^\W_])[)\]]?",
    re.IGNORECASE,
)
SAMPLE = re.compile(r"^sample(?:$|[-_]| - )|^(?-i:sample)\.|(?:[-._(\[]|^)sample[)\]]?$", re.IGNORECASE)
EXTRA_OF = re.compile(  # the name of an extra after the year or the season of its title
    r"(?:(?<![^\W_])(?:19|20)\d\d[)\]]?|(?P<season>(?<![^\W_])s\d{1,2}))(?P<extra>[ ._-]+"
    r"(?:(?:extras?|bonus|featurettes?|bloopers|outtakes)(?![^\W_])|(?:the[ ._])?making[ ._-]of(?![^\W_])|"
    r"behind[ ._-]the[ ._-]scenes|deleted[ ._-]scenes?|gag[ ._-]reel).*)",
    re.IGNORECASE,
)
EXTRAS = (  # endings of the names of extras; the last one takes the tags after it, too
    re.compile(
        r"-(?:scene|clip|interview|behindthescenes|deleted|deletedscene|featurette|short|extra|other)$", re.IGNORECASE
    ),
    re.compile(
        r"[ _.-]+(?:nc[ _-]?(?:op|ed)|creditless[ _](?:op|ed|opening|ending)|(?<=[ _]-[ _])clean[ _](?:opening|ending))"
        r"[ _]?\d{0,2}[a-z]?(?:v\d)?(?=$|[ _.]*[\[(])",
        re.IGNORECASE,
    ),
    re.compile(  # of a disc of anime
        r"[ _.-]+(?:\[(?:menu|nc(?:op|ed)|logo|preview|(?:pv|cm|iv)(?=[ _]?\d))[ _]?\d{0,2}[a-z]?(?:v\d)?\]|"
        r"menu[ _]\d{1,2}(?=[ _]*[\[(])).*",
        re.IGNORECASE,
    ),
)
# Folders whose name says the kind of their files or nothing: they never name a title.
SERIES_FOLDERS = re.compile(
    r"(?:tv|television|fernsehen)?[ ._-]*(?:tv|shows?|tv[ ._-]*shows?|tv[ ._-]*series|series|serien|séries|serie|"
    r"anim(?:e|és?)(?:[ ._-]series)?|сериалы|телесериалы|dramas?|k-?dramas?|电视剧|连续剧|动漫|番剧|アニメ|ドラマ|"
    r"드라마|"
    r"televisie|telenovelas|novelas?|cartoons|مسلسلات|mini[- ]?s[ée]ries?|miniserien?|web[- ]?series|serials?|"
    r"s[ée]rie[sn]?[ ._-]tv|(?:tv-)?serier|seriale|seri[aá]ly|dizi(?:ler)?|sorozatok|doramas?|[jct]-?dramas?|"
    r"variety(?: shows?)?|asian dramas?)"
    r"(?:[ ._-](?:hd|uhd|4k|kids|de|en|fr|es|it|pt|br|ru|nl|pl|vf|vo|vostfr))?",
    re.IGNORECASE,
)
_FILMS = "movies?|films?|filme|spielfilme|kinofilme|kino|cine(?:ma)?|pel[ií]culas?|filmes|фильмы|映画|电影|영화|أفلام"
FILM_FOLDERS = re.compile(_FILMS, re.IGNORECASE)
CATEGORY_FOLDERS = re.compile(
    rf"(?:{_FILMS}|кино|"
    r"videos?|vid[ée]os|media|medien|downloads?|incoming|complete[d]?|torrents?|new|neu|unsorted|sorted|todo|misc|"
    r"documentar(?:y|ies)|dokus?|dokumentationen|documentaires?|docs|kids|kinder|enfants|family films|standup|"
    r"stand-up|concerts?|konzerte|action|comedy|comedies|drama|horror|thrillers?|sci-?fi|fantasy|animation|western|"
    r"classics?|klassiker|war|romance|crime|musicals?|foreign|disney|pixar|hd|uhd|4k|2160p|1080p|720p|sd|"
    r"dvd|blu-?rays?|"
    r"subs?|subtitles?|untertitel|sous-titres|subt[ií]tulos|"
    r"new folder(?: \(\d+\))?|neuer ordner|nouveau dossier|nueva carpeta|nuova cartella|новая папка|新建文件夹|"
    r"courses?|kurse?|tutorials?|lectures?|udemy|coursera|lessons|cours|cursos?|corsi|"
    r"dvdrips?|3d|remux|watched|seen|archiv[e]?|library|collection|sammlung|share|data|server|nas|"
    r"(?:19|20)\d0'?s|[a-z]|[a-z] ?- ?[a-z]|0-9|#)"
    r"(?:[ ._-](?:hd|uhd|4k|3d|de|en|fr|es|it|pt|br|ru|nl|pl|vf|vo|vostfr|german|english|deutsch))?",
    re.IGNORECASE,
)
HOME_FOLDER = re.compile(
    r"home ?(?:videos?|movies?)|heimvideos?|private?(?: videos?)?|privat|family(?: videos?)?|"
    r"familie(?:nvideos)?|famille|familia|"
    r"famiglia|familjen|rodzina|eigen video'?s?|video nostri|hemvideo|videos? caseros|vídeos? caseiros|семья|"
    r"camera(?: ?roll| ?uploads?)?|kamera|dcim|1\d\d(?:apple|media|andro|gopro|canon|nikon|_pana|msdcf|"
    r"eos\w*|olymp|d\d+\w*|_fuji)|whatsapp(?: video)?s?|gopro|handy(?:videos)?|iphone|phone|urlaub\w*|"
    r"vacations?|holidays?|"
    r"vacances|vacaciones|ferien|own videos|eigene videos|my videos|мои видео|家庭视频|家族|screen ?recordings?|"
    r"camcorder|avchd|dash ?cams?|überwachungskamera|security ?cam(?:era)?s?|cctv|drohne|drones?|"
    r"vhs(?:[ -]tapes)?|screencasts",
    re.IGNORECASE,
)
LECTURE_FOLDER = re.compile(
    r"uni(?:versity|versität|versité|versidad)?|lectures?|vorlesung(?:en)?|talks|conferences?|konferenzen|vorträge|"
    r"seminars?|webinars?|courses?|kurse?|cours|cursos?|corsi|tutorials?|udemy|coursera|lessons",
    re.IGNORECASE,
)
COURSE = re.compile(
    r"(?:udemy|coursera|pluralsight|lynda|skillshare|edx)\b.*|.+ (?:course|bootcamp|kurs|curso)", re.IGNORECASE
)
RECORDINGS = (  # what recorders write: title, perhaps the title of an episode, date, minutes
    re.compile(  # onlinetvrecorder.com
        r"(?P<title>.+?)(?:__(?P<episode>.+?))?_(?P<date>\d\d\.\d\d\.\d\d)_\d\d-\d\d_[a-z0-9]+_(?P<minutes>\d+)_TVOON_DE.*",
        re.IGNORECASE,
    ),
    re.compile(  # get_iplayer
        r"(?P<title>.+?)(?:_-_(?P<episode>.+?))?_[bmp]0[0-9a-z]{6}_(?:default|editorial|original|signed|other)",
    ),
    re.compile(  # Windows Media Center
        r"(?P<title>.+?)_[A-Z0-9][A-Z0-9 ]{3,}_(?P<date>(?:19|20)\d\d_\d\d_\d\d|\d\d_\d\d_(?:19|20)\d\d)_\d\d_\d\d_\d\d"
    ),
    re.compile(r"(?P<title>.+?) - ''(?P<episode>.+)'' \(Recorded .*\)"),  # TiVo
    re.compile(r"(?P<title>.+?)(?:-[^-]+ HD)?(?P<date>20\d\d-\d\d-\d\d)[0-2]\d-[0-5]\d"),  # TVHeadend
    re.compile(r"(?P<date>20\d{6}) \d{4} - [^-]+ HD - (?P<title>.+?)(?: - (?P<episode>.+))?"),  # Enigma2
    re.compile(r"(?P<title>.+?) - [^-]+ HD - (?P<date>20\d\d-\d\d-\d\d) \d\d_\d\d"),  # DVBViewer
    re.compile(r"(?P<title>[^-]+)-(?P<episode>.+)_-(?P<date>20\d{6})"),  # MediathekView
    re.compile(r"(?P<title>.+?)-\((?P<episode>[^()]+)\)-(?P<date>20\d\d-\d\d-\d\d)-\d"),  # kmttg
    re.compile(r"(?P<title>.+\)) (?:19|20)\d\d-\d\d-\d\d-\d{4}"),  # Channels DVR: `Film (1954) 2020-08-13-2000`
)
_RECORDER = (
    "(?:dash ?cam|cam(?:era)?|kamera|video|rec(?:ord(?:ing|er)?)?|replay|screen|screen[-_ ]?record(?:er|ing)?|capture|"
    "clip|obs|xrecorder|bandicam|mobizen|front|rear|eingang)"
)
# Names that cameras, phones and programs for recordings make.
CAMERA = re.compile(
    r"(?:vid|img|pxl|mvi|mov|dsc[nf]?|_dsc|dji|gopr|g[hxp]\d\d|video|cam|sam|cimg|wp|rec|fvid|imgp|sdv|mvimg|hni|"
    r"p\d{3}|inshot|lv|trim|yi|pict|sany|mah|maq|mvc|kdsc|imag|vlc-record|clip|hpim|vlog|movie)"
    r"[-_]?\d{3,}(?:[-_ .~(].*)?|"
    r".*[-_]1[3-9]\d{11}|c\d{4}|img_e\d{4}|m2u\d{5}|\d{5}|\d{8}_\d{4}.*|p[1-9a-c]\d{6}|1\d\d[-_]\d{4}|\d{13}|"
    r"(?:19|20)\d\d_\d{4}_\d{6}_.*|(?:teams|zoom|webex)[ _-]meeting[ _-].*|"
    r"(?:19|20)\d\d(?:0\d|1[0-2])[0-3]\d(?:[-_ t]?\d{4,9}.*)?|gmt(?:19|20)\d{6}-\d{6}.*|"
    rf"(?:{_RECORDER}[-_ ]){{1,2}}(?:19|20)\d\d(?:0\d|1[0-2])[0-3]\d[-_ t][0-2]\d[0-5]\d[0-5]\d(?:[-_. ].*)?|"
    rf"(?:{_RECORDER}[-_ ]){{1,2}}(?:19|20)\d\d-(?:0\d|1[0-2])-[0-3]\d[ _t-]+[0-2]\d[-.:_][0-5]\d[-.:_][0-5]\d"
    r"(?:[-.]\d{1,6})?|"
    r".+-(?:19|20)\d{6}_\d{6}(?:utc)?-(?:meeting recording|besprechungsaufzeichnung)|"
    r"(?:video[-_ ])?(?:19|20)\d\d[-._](?:0\d|1[0-2])[-._][0-3]\d[ _t-]+(?:at )?[0-2]\d[-.:h_][0-5]\d.*|"
    r"(?:whatsapp video|screen ?recording|bildschirmaufnahme|bildschirmvideo|screencast|simplescreenrecorder|"
    r"(?:snapchat|facetime|signal|telegram|zoom)(?=[-_ ]\d)|grabación de pantalla|enregistrement de l.écran|"
    r"captura de vídeo|"
    r"video recording)[-_ ]?.*\d{3}.*|"
    r"(?:received|fb_vid|fb_img|inshot|lv_\d|videoshow|viva_video|kinemaster|lumafusion)[-_]\d{6,}.*|zoom_\d+|rpreplay_final\d+|"
    r".*(?:19|20)\d\d\.\d\d\.\d\d - \d\d\.\d\d\.\d\d\.\d\d(?:\.dvr)?|"  # a recording of a screen
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.IGNORECASE,
)
# Words of releases that are no words of titles. The title ends before the first one.
STRONG_TAG = re.compile(
    r"(?<![^\W_])(?:\d{3,4}[pi](?:\d{2})?|[248]k(?=$|[ ._\])-])(?!-)|uhd|[xh][ .]?26[456]|hevc|avc|av1|"
    r"vc-?1|xvid|divx|mpeg-?[24]|vp9|"
    r"blu-?ray(?:rip)?|bd-?rip|br-?rip|bdremux|bdmv|web-?dl(?:rip)?|web-?rip|webhd|hdtv(?:rip)?|pdtv|sdtv|dsr(?:ip)?|"
    r"tvrip|satrip|dvb(?:rip)?|dvd-?rip|dvd-?scr|dvdr|dvd[59]|hd-?rip|hd-?cam|camrip|hdts|telesync|"
    r"telecine|screener|vhsrip|"
    r"ld-?rip|hddvd|remux|ppvrip|r5|aac(?:[25][ .][01])?|e?ac-?3|dts(?:-?hd(?:[ .-]?ma)?|-?x)?|"
    r"dd[p+a]?[ .]?[257][ .][01]|"
    r"truehd|atmos|flac(?:[25][ .][01])?|opus|mp3|[257]\.1(?:ch)?|(?:8|10|12)-?bits?|hdr(?:10)?\+?|sdr|"
    r"dolby[ .]?vision|dovi|"
    r"hi10p?|nf[ .]web|amzn|dsnp|hmax|atvp|1920x1080|1280x720|3840x2160|640x480|720x\d{3}|yify|"
    r"yts(?:[ .][a-z]{2})?|rarbg)"
    r"(?![^\W_])",
    re.IGNORECASE,
)
TELEVISION_TAG = re.compile(r"(?<![^\W_])(?:hdtv|pdtv|sdtv|dsr|tvrip|satrip|dvbrip)(?![^\W_])", re.IGNORECASE)
# Words that belong to a release only beside a word of `STRONG_TAG` or after the year.
SOFT_TAG = re.compile(
    r"proper|repack\d?|rerip|real|internal|limited|festival|complete|uncut|unrated|extended|remastered|restored|"
    r"dc|se|dubbed|subbed|dual|dl|ml|multi(?:\d|subs?)?|subs?|nordic|web|hd|sd|3d|hsbs|hou|sbs|half-?(?:sbs|ou)|imax|"
    r"theatrical|read ?nfo|nfofix|convert|hybrid|retail|ws|fs|ntsc|pal|dvd|bd|ts|cam|tc|scr|line|mic|md|ld|ac3d?|dubs?|"
    r"b&?w|colorized|vostfr|subfrench|truefrench|vff|vfq|vfi|vf|vo|vost|fansub|legendado|dublado|lektor|napisy|"
    r"nf|hulu|it|max|pcok|pmtp|atv|stan|cr|uncensored|oar|open|matte|criterion|sdh|forced|softsubs|hardsub|"
    r"director'?s|directors|cut|edition|final|special|anniversary|\d\dth|fr|de|en|es|ita?|ru|rus|eng|ger|"
    r"pl|nl|jap|jpn|kor|"
    r"german|deutsch|french|italian|spanish|castellano|latino|english|russian|japanese|korean|chinese|mandarin|"
    r"gesproken|ondertiteld|svenskt|norsk|dansk|suomeksi|doppiato|cantonese|hindi|tamil|telugu|[国粤英日韩中双语字幕]{2,}|"
    r"polish|dutch|flemish|swedish|norwegian|danish|finnish|icelandic|turkish|greek|czech|"
    r"hungarian|portuguese|brazilian|romanian|ukrainian|arabic|hebrew|thai|vietnamese|untouched|readnfo|v[2-5]|p2p",
    re.IGNORECASE,
)
_EDITION_KIND = (
    "director'?s|director s|extended|theatrical|special|ultimate|collector'?s|final|unrated|uncut|rogue|international|"
    "producer'?s|assembly|alternat(?:iv)?e|limited|diamond|signature|deluxe|platinum|definitive|remastered|restored|"
    "imax|tv|television|roadshow|european|us|uk|japanese|workprint|despeciali[sz]ed|fan|original|recut|long(?:er)?|"
    r"\d{1,3}(?:th|st|nd|rd)?[ ._-]+anniversary|anniversary|criterion|broadcast|integral|full|4k|hd|"
    "black (?:and|&) chrome"
)
EDITION = re.compile(  # words that no title has
    rf"\b(?:the )?(?:(?:(?:{_EDITION_KIND})[ ._-]+){{1,3}}(?:cut|edition|version|edit|fassung|restoration)|"
    r"\d{2}(?:th|st|nd|rd)[ ._-]+anniversary|kinofassung|langfassung|open[ ._-]+matte|criterion(?:[ ._-]+collection)?|"
    r"(?<!redux[ .])redux(?=[ .]*[(\[]?(?:19|20)\d\d)|despeciali[sz]ed|version (?:longue|int[ée]grale)|[2-9]in1)\b",
    re.IGNORECASE,
)
_LANGUAGES = (  # code of ISO 639-1, and the words of releases
    "de german deutsch ger, fr french truefrench vff, it italian ita, es spanish castellano latino, "
    "en english eng, ru russian rus, ja japanese jap jpn, ko korean kor, zh chinese mandarin cantonese, hi hindi, "
    "pl polish, nl dutch flemish, sv swedish, no norwegian, da danish, fi finnish, tr turkish, el greek, cs czech, "
    "hu hungarian, pt portuguese brazilian, ar arabic, he hebrew, th thai"
)
LANGUAGES: Mapping[str, str] = {word: code for code, *names in map(str.split, _LANGUAGES.split(",")) for word in names}
_NO_EDITION = (  # languages and sources
    rf"(?:{'|'.join(LANGUAGES)}|fran[cç]aise?|originale?|italiana|española|deutsche|multi|blu-?ray|dvdrip|bdrip|web|hdtv)\b"
)
_WORD_OF_EDITION = rf"(?!{_NO_EDITION}|cut\b)[^\W\d_]+(?:-[^\W\d_]+)?"
_EDITION_NOUN = (
    "(?:cut|fassung|versi[oó]n|versione|vers[aã]o|v[aá]ltozat|[eé]dition|edici[oó]n|edizione|edi[cç][aã]o|montage|montaje|"
    "montaggio|wersja|verze|версия|издание)"
)
EDITION_WORD = re.compile(  # words that are those of an edition after the title
    r"\b(?:extended|unrated|uncut|remastered|restored|theatrical|imax|uncensored|final cut|recut|workprint|"
    r"colori[sz]ed|redux|(?-i:DC|EE|SE)|alternat(?:iv)?e ending|reconstructed|"
    r"(?:black (?:and|&) (?:white|chrome)|b&w|noir)(?: edition| version)?|"
    rf"(?:{_WORD_OF_EDITION} ){{1,2}}(?:cut|restoration)|(?<=\d{{4}} )(?:{_WORD_OF_EDITION} ){{1,4}}{_EDITION_NOUN})\b|"
    rf"(?:(?<=[(\[])|(?<=[\d)] )|(?<=- ))(?:{_WORD_OF_EDITION} ){{0,3}}{_EDITION_NOUN}(?! {_NO_EDITION})"
    rf"(?: {_WORD_OF_EDITION}){{0,3}}(?![^\W_])|"
    r"[^\W\d_]+(?<![语語字])版|감독판|확장판|무삭제판|(?:ディレクターズ|ファイナル)・?カット",
    re.IGNORECASE,
)
FOREIGN = "[\u0400-\u052f\u0590-\u06ff\u0900-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"  # no Latin and Greek
IN_TWO_SCRIPTS = re.compile(  # `花样年华 In the Mood for Love`, `In the Mood for Love 花样年华`: the first one
    rf"((?!劇場版|映画|电影){FOREIGN}\S+(?: {FOREIGN}\S*)*) (?=.*[a-z])(?!.*\b(?i:season|movie)\b)"
    rf"[a-zA-Z'’]+(?: [a-zA-Z'’]+){{2,}}|"
    rf"((?=.*[a-z])[a-zA-Z'’]+(?: [a-zA-Z'’]+)+) {FOREIGN}{{2,}}.*"
)
OTHER_TITLE = re.compile(r"(?<=\w)(?<! or) \([^()\d]*[^\W\d_][^()\d]*\)$")  # `Nine Queens (Nueve reinas) 2000`
# Titles that end with a year which is not that of their release.
TITLE_WITH_YEAR = re.compile(
    r"space 1999|seaquest 2032|dragnet 1967|reply 19(?:88|94|97)|scam (?:1992|2003)|blade runner 2049|"
    r"wonder woman 1984|death race 2000|class of (?:1984|1999)|cherry 2000",
    re.IGNORECASE,
)
# Titles that begin with a year and a dash; before any other title, it is the year of the film.
TITLE_AFTER_YEAR = re.compile(
    r"2001[ .-]+.*od[iy]ss|2010[ .-]+(?:the year|das jahr|odyssey)|1900[ .-]+novecento|1990[ .-]+.*bronx|"
    r"2012[ .-]+(?:doomsday|supernova|ice age)",
    re.IGNORECASE,
)
EDITION_NAMES = {"DC": "Director's Cut", "EE": "Extended Edition", "SE": "Special Edition"}
ARTICLES = r"the|an|a|der|die|das|le|la|les|l'|el|los|las|il|lo|gli|i|de|het|o|os|as"
COUNTRIES = re.compile(r"US|UK|AU|NZ|CA|IE|DE|FR|JP|KR|IN|BR|USA|GB|SE|DK|NO")
