"""
The table of places: where each family of containers stores each field, and under which names programs show it there.

The names are those of the specifications, else those that programs share:

- `bmff`: QuickTime File Format ("User Data Text Strings", "Metadata Item Keys"); 3GPP TS 26.244, 8; iTunes' items as
  measured with FFmpeg 5.1 and 8.1, ExifTool 12.57 and MediaInfo 23.04
- `matroska`: the tag registry of Matroska (`matroska_tags.xml`) and RFC 9559, section 5.1.2 (Info)
- `asf`: ASF specification 01.20, 3.2 and 3.10, and the names of Microsoft's metadata properties
- `avi`: Microsoft RIFF MCI, "Descriptive information"
- `flv`: no specification names them; these are FFmpeg's names
- `ogg`: Vorbis I, section 5.2.2
- `xmp`: the properties that Adobe's programs, digiKam, ExifTool and Windows share (MWG guidelines; IPTC Photo Metadata
  Standard)

`programs` are measurements: `tests/integration/test_field_readers.py` writes all fields into a file of each container,
and reads them with MediaInfo, ExifTool and ffprobe. Kodi 20.1 was measured by hand.

`creation_time` has a number in the header of several containers, and several places in a photo; the code of these
families finds them, and the `label` names them for people.
"""

from __future__ import annotations

from collections.abc import Mapping

from indexium_core.model.fields.field import AsfPlace, BmffPlace, MatroskaPlace, Places, ValueLimit, XmpPlace
from indexium_core.model.fields.readers import CONTAINERS

# The namespaces of prefixes that photo programs share (XMP part 2, IPTC Photo Metadata Standard, digiKam).
NAMESPACES: Mapping[str, str] = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
}


# Limits


# Programs read no longer text in a FLV.
FLV_TEXT = ValueLimit(remedy="enter at most 1,023 bytes; a letter beyond ASCII has two to four", most_bytes=1_023)
_UTC = r"[^.]*Z"  # a time in UTC, in whole seconds
_UTC_FRACTION = r"[^.]*(?:\.\d{{1,{}}})?Z"
_MOVIE_TIME = ValueLimit(
    remedy="enter a time in UTC in whole seconds, from 1970 to 2040, for example 2019-07-31T16:30:00Z",
    pattern=_UTC,
    is_utc=True,
    lowest="1970-01-01T00:00:00Z",
    highest="2040-02-06T06:28:15Z",
)
_MATROSKA_TIME = ValueLimit(
    remedy="enter a time in UTC with at most six digits of a second, from 1709 to 2292, such as 2019-07-31T16:30:00Z",
    pattern=_UTC_FRACTION.format(6),
    is_utc=True,
    lowest="1709",
    highest="2293",
)
_WINDOWS_TIME = ValueLimit(
    remedy="enter a time in UTC with at most seven digits of a second, after 1601, for example 2019-07-31T16:30:00Z",
    pattern=_UTC_FRACTION.format(7),
    is_utc=True,
    lowest="1601-01-01T00:00:00.0000001Z",
)
# Degrees, or degrees and minutes, or also seconds, with a fraction of the last one: 90 north to 180 east at most.
_LATITUDE = r"[+-](?:[0-8]\d(?:[0-5]\d){0,2}(?:\.\d+)?|90(?:00){0,2}(?:\.0+)?)"
_LONGITUDE = r"[+-](?:(?:0\d|1[0-7])\d(?:[0-5]\d){0,2}(?:\.\d+)?|180(?:00){0,2}(?:\.0+)?)"
_POSITION = ValueLimit(
    remedy="enter a position as in ISO 6709, for example +48.1374+011.5755/, with a latitude from -90 to +90 and a "
    "longitude from -180 to +180",
    pattern=rf"{_LATITUDE}{_LONGITUDE}(?:[+-]\d+(?:\.\d+)?)?(?:CRS[^/]*)?/?",
)


def _xmp(name: str, form: str = "", *, label: str = "") -> XmpPlace:
    """Return the place of a property with a known prefix, such as `dc:title`."""
    prefix, _, local = name.partition(":")
    return XmpPlace(uris=(NAMESPACES[prefix],), prefix=prefix, name=local, form=form, label=label)


def _named(name: str, **others: str) -> Mapping[str, str]:
    """Return a name in every group of containers; `others` has exceptions by the first container of a group."""
    return {names[0]: others.get(names[0], name) for names in CONTAINERS.values()}


def _in_kodi(name: str = "") -> Mapping[str, str]:
    """Return the name for MP4, of which Kodi reads tags; it reads none of other videos, and photos were not tried."""
    return {container: shown for container, shown in _named("", mp4=name).items() if container != "jpeg"}


PHOTO_CREATED = _xmp("photoshop:DateCreated", label="EXIF DateTimeOriginal, XMP photoshop:DateCreated")


# The table

COMMENT = Places(
    bmff=BmffPlace(item="©cmt", string="©cmt"),
    matroska=MatroskaPlace(names=("COMMENT",)),
    asf=AsfPlace(text="description", others=("comment",)),  # FFmpeg shows the description as the comment
    avi="ICMT",
    flv="comment",
    ogg=("DESCRIPTION", "COMMENT"),  # FFmpeg writes the first name, and all programs read it
    xmp=_xmp("Iptc4xmpExt:PersonInImage", "Bag"),
    ffmpeg={"": ("comment", "com.apple.quicktime.comment")},
)
TITLE = Places(
    bmff=BmffPlace(item="©nam", string="©nam", boxes_3gp=("titl",)),
    matroska=MatroskaPlace(names=("TITLE",), all_equal=True, label="Segment/Info/Title and TITLE"),
    asf=AsfPlace(text="title"),
    avi="INAM",
    flv="title",
    ogg=("TITLE",),
    xmp=_xmp("dc:title", "Alt"),
    limits={"flv": FLV_TEXT},
    ffmpeg={"": ("title", "com.apple.quicktime.title", "com.apple.quicktime.displayname")},
    programs={
        "ExifTool": _named("Title"),
        "MediaInfo": _named("Title", jpeg=""),
        "ffprobe": _named("title", ogg="TITLE", jpeg=""),
        "Kodi": _in_kodi("title"),
    },
)
DESCRIPTION = Places(
    bmff=BmffPlace(item="desc", key="com.apple.quicktime.description", unshown=("ldes", "©des"), boxes_3gp=("dscp",)),
    matroska=MatroskaPlace(names=("DESCRIPTION",)),
    asf=None,
    avi="ISBJ",
    flv="description",
    ogg=(),
    xmp=_xmp("dc:description", "Alt"),
    limits={"flv": FLV_TEXT},
    ffmpeg={
        "": ("description", "com.apple.quicktime.description"),
        "mov": ("description", "com.apple.quicktime.description", "synopsis"),
        "avi": ("subject",),
        "asf": (),
        "ogg": (),
    },
    programs={
        "ExifTool": _named("Description", avi="Subject"),
        "MediaInfo": _named("Description", avi="Subject", flv="description", jpeg=""),
        "ffprobe": _named(
            "description",
            mov="com.apple.quicktime.description",
            matroska="DESCRIPTION",
            avi="subject",
            jpeg="",
        ),
        "Kodi": _in_kodi("plot outline"),
    },
)
DATE = Places(
    bmff=BmffPlace(item="©day", string="©day"),
    matroska=MatroskaPlace(names=("DATE_RELEASED", "DATE_RECORDED", "DATE"), all_equal=True),
    asf=AsfPlace(attribute="WM/OriginalReleaseTime"),
    avi="ICRD",
    flv="date",
    ogg=("DATE",),
    xmp=None,
    ffmpeg={
        "": ("date",),
        "matroska": ("date_released", "date_recorded", "date"),
        "asf": ("wm/originalreleasetime",),
    },
    programs={
        "ExifTool": _named(
            "ContentCreateDate",
            matroska="DateReleased",
            avi="DateCreated",
            asf="OriginalReleaseTime",
            flv="Date",
            ogg="Date",
        ),
        "MediaInfo": _named("Recorded_Date", matroska="Released_Date", asf="Original_Released_Date", flv="date"),
        "ffprobe": _named("date", matroska="DATE_RELEASED", asf="WM/OriginalReleaseTime", ogg="DATE"),
        "Kodi": _in_kodi("year"),
    },
)
CREATION_TIME = Places(
    bmff=BmffPlace(label="mvhd"),
    matroska=MatroskaPlace(names=("CREATION_TIME",), all_equal=True, label="Segment/Info/DateUTC"),
    asf=AsfPlace(label="File Properties creation date"),
    avi="",
    flv="",
    ogg=(),
    xmp=PHOTO_CREATED,
    limits={
        "asf": _WINDOWS_TIME,
        "matroska": _MATROSKA_TIME,
        "webm": _MATROSKA_TIME,
        "mp4": _MOVIE_TIME,
        "mov": _MOVIE_TIME,
        "3gp": _MOVIE_TIME,
    },
    ffmpeg={"": ("creation_time",), "asf": (), "ogg": (), "flv": ()},
    programs={
        "ExifTool": _named(
            "CreateDate",
            matroska="DateTimeOriginal",
            asf="CreationDate",
            jpeg="DateTimeOriginal or DateCreated",  # of EXIF, or of XMP
        ),
        "MediaInfo": _named("Encoded_Date", jpeg=""),
        "ffprobe": _named("creation_time", asf="", jpeg=""),
        "Kodi": _in_kodi(),
    },
)
GENRE = Places(
    bmff=BmffPlace(item="©gen", string="©gen", others=("gnre",), boxes_3gp=("gnre",)),
    matroska=MatroskaPlace(names=("GENRE",)),
    asf=AsfPlace(attribute="WM/Genre", others=("genre",)),
    avi="IGNR",
    flv="genre",
    ogg=("GENRE",),
    xmp=None,
    limits={"flv": FLV_TEXT},
    ffmpeg={"": ("genre", "com.apple.quicktime.genre")},
    programs={
        "ExifTool": _named("Genre"),
        "MediaInfo": _named("Genre", matroska="GENRE", flv="genre"),
        "ffprobe": _named("genre", matroska="GENRE", ogg="GENRE"),
        "Kodi": _in_kodi("genre"),
    },
)
RATING = Places(
    bmff=BmffPlace(key="com.apple.quicktime.rating.user"),
    matroska=MatroskaPlace(names=("RATING",)),
    asf=AsfPlace(attribute="WM/SharedUserRating"),
    avi="",
    flv="",
    ogg=(),
    xmp=_xmp("xmp:Rating"),
    # The tag `rating` of an MP4 is the advice for parents.
    ffmpeg={
        "mov": ("com.apple.quicktime.rating.user",),
        "matroska": ("rating",),
        "asf": ("wm/shareduserrating",),
        "photo": ("rating",),
    },
    percent_in=frozenset({"asf"}),
    programs={
        "ExifTool": _named("UserRating", matroska="Rating", asf="SharedUserRating", jpeg="Rating"),
        "MediaInfo": _named("com_apple_quicktime_rating_user", matroska="RATING", asf="WM_SharedUserRating", jpeg=""),
        "ffprobe": _named("com.apple.quicktime.rating.user", matroska="RATING", asf="WM/SharedUserRating", jpeg=""),
        "Kodi": _in_kodi(),
    },
)
SHOW = Places(
    bmff=BmffPlace(item="tvsh"),
    # FFmpeg shows a show without the string COLLECTION as the title of the film.
    matroska=MatroskaPlace(
        names=("TITLE",),
        level=70,
        kind="COLLECTION",
        kinds=frozenset({"", "COLLECTION"}),
    ),
    asf=None,
    avi="",
    flv="",
    ogg=(),
    xmp=None,
    ffmpeg={"mov": ("show",), "matroska": ("collection/title",)},
    programs={
        "ExifTool": _named("TVShow", matroska="Title"),
        "MediaInfo": _named("Collection", matroska=""),
        "ffprobe": _named("show", matroska="COLLECTION/TITLE"),
        "Kodi": _in_kodi(),
    },
)
SEASON = Places(
    bmff=BmffPlace(item="tvsn"),
    matroska=MatroskaPlace(
        names=("PART_NUMBER",),
        level=60,
        kind="SEASON",
        kinds=frozenset({"", "SEASON"}),
    ),
    asf=None,
    avi="",
    flv="",
    ogg=(),
    xmp=None,
    ffmpeg={"mov": ("season_number",), "matroska": ("season/part_number",)},
    programs={
        "ExifTool": _named("TVSeason", matroska="PartNumber"),
        "MediaInfo": _named("Season", matroska=""),
        "ffprobe": _named("season_number", matroska="SEASON/PART_NUMBER"),
        "Kodi": _in_kodi(),
    },
)
EPISODE = Places(
    bmff=BmffPlace(item="tves"),
    matroska=MatroskaPlace(names=("PART_NUMBER",), kinds=frozenset({"", "EPISODE"})),
    asf=None,
    avi="",
    flv="",
    ogg=(),
    xmp=None,
    ffmpeg={"mov": ("episode_sort",), "matroska": ("track", "episode/part_number", "part_number")},
    programs={
        "ExifTool": _named("TVEpisode", matroska="PartNumber"),
        "MediaInfo": _named("Part", matroska="Track_Position"),
        "ffprobe": _named("episode_sort", matroska="track"),
        "Kodi": _in_kodi(),
    },
)
ARTIST = Places(
    bmff=BmffPlace(item="©ART", string="©ART", others=("©aut",), boxes_3gp=("auth", "perf")),
    matroska=MatroskaPlace(names=("ARTIST",)),
    asf=AsfPlace(text="author", others=("artist",)),
    avi="IART",
    flv="artist",
    ogg=("ARTIST",),
    xmp=_xmp("dc:creator", "Seq"),
    limits={"flv": FLV_TEXT},
    ffmpeg={"": ("artist", "com.apple.quicktime.artist", "com.apple.quicktime.author", "author")},
    programs={
        "ExifTool": _named("Artist", asf="Author", jpeg="Creator"),
        "MediaInfo": _named("Performer", matroska="ARTIST", avi="Director", flv="artist", jpeg=""),
        "ffprobe": _named("artist", matroska="ARTIST", ogg="ARTIST", jpeg=""),
        "Kodi": _in_kodi(),
    },
)
COPYRIGHT = Places(
    bmff=BmffPlace(item="cprt", string="©cpy", boxes_3gp=("cprt",)),
    matroska=MatroskaPlace(names=("COPYRIGHT",)),
    asf=AsfPlace(text="copyright"),
    avi="ICOP",
    flv="copyright",
    ogg=("COPYRIGHT",),
    xmp=_xmp("dc:rights", "Alt"),
    limits={"flv": FLV_TEXT},
    ffmpeg={"": ("copyright", "com.apple.quicktime.copyright")},
    programs={
        "ExifTool": _named("Copyright", jpeg="Rights"),
        "MediaInfo": _named("Copyright", flv="copyright", jpeg=""),
        "ffprobe": _named("copyright", matroska="COPYRIGHT", ogg="COPYRIGHT", jpeg=""),
        "Kodi": _in_kodi(),
    },
)
KEYWORDS = Places(
    bmff=BmffPlace(item="keyw", key="com.apple.quicktime.keywords", unshown=("©key",)),
    matroska=MatroskaPlace(names=("KEYWORDS",)),
    asf=AsfPlace(attribute="WM/Category"),
    avi="IKEY",
    flv="keywords",
    ogg=(),
    xmp=_xmp("dc:subject", "Bag"),
    limits={"flv": FLV_TEXT},
    ffmpeg={"": ("keywords", "com.apple.quicktime.keywords"), "avi": ("ikey",), "asf": ("wm/category",)},
    programs={
        "ExifTool": _named("Keywords", mp4="Keyword", asf="Category", jpeg="Subject"),
        "MediaInfo": _named(
            "Keyword",
            mov="com_apple_quicktime_keywords",
            matroska="KEYWORDS",
            avi="Keywords",
            asf="WM_Category",
            flv="keywords",
            jpeg="",
        ),
        "ffprobe": _named(
            "keywords",
            mov="com.apple.quicktime.keywords",
            matroska="KEYWORDS",
            avi="IKEY",
            asf="WM/Category",
            jpeg="",
        ),
        "Kodi": _in_kodi(),
    },
)
LOCATION = Places(
    bmff=BmffPlace(string="©xyz", boxes_3gp=("loci",)),
    matroska=MatroskaPlace(names=("RECORDING_LOCATION",)),
    asf=None,
    avi="",
    flv="",
    ogg=("LOCATION",),
    xmp=_xmp("photoshop:City"),  # the one field of the location that all these programs show
    limits={"mp4": _POSITION, "mov": _POSITION, "3gp": _POSITION},
    ffmpeg={"": ("location", "com.apple.quicktime.location.iso6709"), "matroska": ("recording_location",)},
    programs={
        "ExifTool": _named("GPSCoordinates", matroska="RecordingLocation", ogg="Location", jpeg="City"),
        "MediaInfo": _named("xyz", matroska="RECORDING_LOCATION", ogg="Recorded_Location", jpeg=""),
        "ffprobe": _named("location", matroska="RECORDING_LOCATION", ogg="LOCATION", jpeg=""),
        "Kodi": _in_kodi(),
    },
)
