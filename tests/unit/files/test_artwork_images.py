"""Images of titles: types by content, limits, variants, collages, perceptual hashes."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from indexium_core import errors
from indexium_core.demo.providers.pictures import DrawnPictures, faulty
from indexium_core.demo.providers.titles import TITLES
from indexium_core.files import artwork_images
from indexium_core.model.artwork.assets import MAX_IMAGE_BYTES
from tests.support.cases import each_case


def saved(image: Any, form: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def scene(width: int = 600, height: int = 900, seed: int = 1) -> Any:
    rng = random.Random(seed)
    image = Image.new("RGB", (width, height), (rng.randrange(256), 90, 140))
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        x, y = rng.random() * width, rng.random() * height
        box = [x, y, x + rng.random() * width / 2, y + rng.random() * height / 2]
        draw.ellipse(box, fill=tuple(rng.randrange(256) for _ in range(3)))
    return image


def opened(data: bytes) -> Any:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


FORMS = {"JPEG": ("RGB", "L", "CMYK"), "PNG": ("RGB", "L", "RGBA", "LA", "P", "1", "I;16"), "WEBP": ("RGB", "RGBA")}


@each_case(("form", "mode"), [(form, mode) for form, modes in FORMS.items() for mode in modes])
def test_forms_and_modes(form: str, mode: str) -> None:
    media_type = f"image/{form.lower()}"
    data = saved(scene().convert("I").convert("I;16") if mode == "I;16" else scene().convert(mode), form)
    image = artwork_images.decode(data)
    assert (image.media_type, image.width, image.height) == (media_type, 600, 900)
    assert opened(artwork_images.variant(image, "poster")).size == (400, 600)
    assert len(image.perceptual_hash) == 16


@pytest.mark.parametrize(
    ("size", "kind", "wanted"),
    [
        ((2000, 3000), "poster", (400, 600)),
        ((40, 30), "poster", (400, 600)),
        ((3840, 2160), "backdrop", (780, 440)),
        ((1, 900), "backdrop", (780, 440)),
    ],
)
def test_variants_fill_their_size(size: tuple[int, int], kind: str, wanted: tuple[int, int]) -> None:
    made = opened(artwork_images.variant(artwork_images.decode(saved(Image.new("RGB", size, "teal"), "JPEG")), kind))
    assert (made.format, made.size, made.mode) == ("JPEG", wanted, "RGB")
    assert made.getpixel((0, 0))[1] > 100  # no border


@each_case(
    ("size", "wanted"),
    [
        ((2000, 3000), (400, 600)),
        ((1000, 1426), (400, 570)),
        ((3840, 2160), (780, 439)),
        ((1000, 185), (780, 144)),
        ((1000, 1000), (440, 440)),
        ((40, 30), (40, 30)),
        ((9, 3000), (2, 600)),
    ],
)
def test_preview_is_whole_and_never_larger_than_the_picture(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    made = opened(artwork_images.preview(artwork_images.decode(saved(image, "JPEG", quality=95))))
    assert (made.format, made.size) == ("JPEG", wanted)
    if wanted[0] > 20:
        assert made.getpixel((2, 2))[0] > 200  # both ends are there
        assert made.getpixel((wanted[0] - 3, 2))[2] > 200


@each_case(
    ("form", "ground", "wanted"),
    [("PNG", 0, "WEBP"), ("WEBP", 0, "WEBP"), ("PNG", 255, "JPEG")],
)
def test_preview_keeps_transparent_pixels(form: str, ground: int, wanted: str) -> None:
    image = Image.new("RGBA", (800, 310), (0, 0, 0, ground))
    image.paste((250, 250, 250, 255), (300, 100, 500, 210))
    made = opened(artwork_images.preview(artwork_images.decode(saved(image, form))))
    assert (made.format, made.size) == (wanted, (780, 302))
    if wanted == "WEBP":
        assert made.getpixel((3, 3))[3] == 0
        assert made.getpixel((390, 150))[3] == 255


def test_preview_of_animation_is_its_first_frame() -> None:
    frames = [Image.new("RGB", (60, 90), colour) for colour in ("red", "blue")]
    for form in ("WEBP", "PNG"):
        data = saved(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
        made = opened(artwork_images.preview(artwork_images.decode(data)))
        assert made.getpixel((30, 45))[0] > 200


def test_preview_of_cmyk_has_its_colours() -> None:
    made = opened(
        artwork_images.preview(artwork_images.decode(saved(Image.new("CMYK", (300, 450), (0, 255, 255, 0)), "JPEG")))
    )
    red, green, blue = made.getpixel((9, 9))
    assert (made.mode, red > 200, green < 60, blue < 60) == ("RGB", True, True, True)


def test_hash_of_logos_in_black_and_in_white_tells_them_apart() -> None:
    def value(colour: int, box: tuple[int, int, int, int]) -> int:
        image = Image.new("RGBA", (800, 310), (0, 0, 0, 0))
        image.paste((colour, colour, colour, 255), box)
        return int(artwork_images.decode(saved(image)).perceptual_hash, 16)

    for colour in (0, 255):
        left, right = value(colour, (30, 20, 400, 290)), value(colour, (500, 200, 780, 290))
        assert (left ^ right).bit_count() > 10


def test_variant_is_cut_in_the_middle() -> None:
    wide = Image.new("RGB", (1200, 600), "red")
    wide.paste("blue", (400, 0, 800, 600))
    made = opened(artwork_images.variant(artwork_images.decode(saved(wide)), "poster"))
    assert made.getpixel((2, 300))[2] > 200
    assert made.getpixel((397, 300))[2] > 200


def test_transparent_pixels_become_black_and_orientation_counts() -> None:
    clear = artwork_images.decode(saved(Image.new("RGBA", (600, 900), (255, 255, 255, 0))))
    assert max(opened(artwork_images.variant(clear, "poster")).getpixel((9, 9))) < 10
    lying = Image.new("RGB", (900, 600), "red")
    lying.paste("blue", (0, 0, 450, 600))
    exif = Image.Exif()
    exif[0x0112] = 6
    made = opened(artwork_images.variant(artwork_images.decode(saved(lying, "JPEG", exif=exif)), "poster"))
    assert made.getpixel((200, 20))[2] > 200  # the left side is at the top
    assert made.getpixel((200, 580))[0] > 200


def test_perceptual_hash_tells_pictures_apart() -> None:
    def value(image: Any, form: str = "PNG", **options: Any) -> int:
        return int(artwork_images.decode(saved(image, form, **options)).perceptual_hash, 16)

    hashes = [value(scene(seed=seed)) for seed in range(12)]
    for seed, own in enumerate(hashes):
        same = [
            value(scene(seed=seed), "JPEG", quality=40),
            value(scene(seed=seed).resize((300, 450))),
            value(scene(seed=seed).point(lambda level: min(255, level + 12))),
        ]
        assert max((own ^ other).bit_count() for other in same) <= 8
    distances = [(one ^ two).bit_count() for n, one in enumerate(hashes) for two in hashes[:n]]
    assert min(distances) > 10
    assert value(Image.new("RGB", (50, 50), "teal")) == value(Image.new("RGB", (70, 70), "teal"))


PICTURE = DrawnPictures(TITLES).answer("/original/poster-1.jpg")[0]


@each_case(
    ("data", "problem"),
    [
        (b"", "an empty file instead"),
        (faulty("no_image", b""), "a web page instead"),
        (b"\xef\xbb\xbf\r\n <!DOCTYPE HTML><title>x", "a web page instead"),
        (b'{"status": "error"}', "a text instead"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing instead"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing instead"),
        (bytes(2000), "no JPEG"),
        (saved(scene(), "GIF"), "no JPEG"),
        (saved(scene(), "TIFF"), "no JPEG"),
        (saved(scene(), "BMP"), "no JPEG"),
        (faulty("truncated_image", PICTURE), "damaged"),
        (saved(scene())[:3000], "damaged"),
        (faulty("image_bomb", b""), "million pixels"),
        (saved(Image.new("1", (8000, 8000))), "50 million pixels"),
        (PICTURE + bytes(MAX_IMAGE_BYTES), "25 MB"),
    ],
)
def test_other_content_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(errors.CorruptFileError, match=problem):
        artwork_images.decode(data)


@given(st.integers(0, len(PICTURE) - 1), st.binary(min_size=1, max_size=30))
def test_damaged_image_is_an_image_or_an_error(at: int, noise: bytes) -> None:
    data = PICTURE[:at] + noise + PICTURE[at + len(noise) :]
    try:
        image = artwork_images.decode(data)
    except errors.CorruptFileError:
        return
    assert opened(artwork_images.variant(image, "poster")).size == (400, 600)


@each_case(
    ("layout", "count", "size"),
    [
        ("grid", 1, (399, 200)),
        ("grid", 3, (399, 200)),
        ("grid", 4, (399, 400)),
        ("grid", 9, (399, 600)),
        ("grid", 12, (399, 600)),
        ("strip", 1, (133, 200)),
        ("strip", 5, (665, 200)),
        ("strip", 9, (665, 200)),
    ],
)
def test_collages(layout: str, count: int, size: tuple[int, int]) -> None:
    posters = [saved(Image.new("RGB", (400, 600), (20 * number, 0, 0)), "JPEG") for number in range(1, count + 1)]
    made = opened(artwork_images.collage(posters, layout))
    assert made.size == size
    for number in range(min(count, 9 if layout == "grid" else 5)):
        columns = 3 if layout == "grid" else 5
        x, y = number % columns * 133 + 66, number // columns * 200 + 100
        assert abs(made.getpixel((x, y))[0] - 20 * (number + 1)) < 6
