#!/usr/bin/env python3
"""Draws the catalog's posters into posters/ as JPEG files of 10 to 60 KB.

Needs Pillow and the DejaVu fonts (apt-get install python3-pil fonts-dejavu-core); run it again only to change a
poster, for the drawings are part of the repository. Shapes are drawn at twice the size and scaled down, which
smooths their edges; a little grain keeps the flat colours from looking like plastic.
"""
import json
import math
import random
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

HERE = Path(__file__).parent
WIDTH, HEIGHT, SCALE = 400, 600, 2
W, H = WIDTH * SCALE, HEIGHT * SCALE
FONTS = '/usr/share/fonts/truetype/dejavu/'


def rgb(colour):
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def gradient(top, bottom):
    column = Image.new('RGB', (1, H))
    for y in range(H):
        t = y / (H - 1)
        column.putpixel((0, y), tuple(round(a + (b - a) * t) for a, b in zip(rgb(top), rgb(bottom))))
    return column.resize((W, H))


def disc(draw, x, y, r, fill):
    draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)


def hills(draw, y, swell, waves, fill, phase=0.0):
    points = [(x, y + swell * math.sin(x / W * waves * math.pi + phase)) for x in range(0, W + 8, 8)]
    draw.polygon(points + [(W, H), (0, H)], fill=fill)


def stars(draw, chance, count, below, fill='#f4ead2'):
    for _ in range(count):
        disc(draw, chance.randrange(W), chance.randrange(int(H * below)), chance.choice((1, 2, 2, 3)), fill)


# One drawing a poster: (top colour, bottom colour, painter).


def lighthouse(d, c):
    d.polygon([(430, 330), (W, 180), (W, 480)], fill='#f2c14e')
    d.polygon([(360, 330), (0, 240), (0, 420)], fill='#5b7c99')
    d.polygon([(350, 420), (450, 420), (490, 960), (310, 960)], fill='#f4ead2')
    for i in range(3):
        y = 500 + i * 160
        d.polygon([(344 - i * 13, y), (456 + i * 13, y), (462 + i * 13, y + 80), (338 - i * 13, y + 80)], fill='#c8553d')
    d.rectangle((340, 290, 460, 420), fill='#20303f')
    d.rectangle((365, 310, 435, 400), fill='#f7e3a1')
    d.polygon([(330, 290), (470, 290), (400, 220)], fill='#c8553d')
    hills(d, 930, 18, 6, '#17323f')
    hills(d, 990, 22, 5, '#0f2430', 1)


def comet(d, c):
    stars(d, c, 90, 0.9)
    for i, fill in enumerate(('#3a4a8c', '#5f6fb5', '#93a0d8')):
        d.polygon([(520 + i * 18, 400 + i * 10), (560 - i * 6, 470 - i * 12), (20 + i * 90, 890 - i * 60)], fill=fill)
    d.polygon([(520, 410), (640, 300), (700, 470)], fill='#fff6df')
    d.polygon([(640, 300), (700, 470), (720, 330)], fill='#e3d5b0')
    d.polygon([(520, 410), (700, 470), (590, 520)], fill='#cdbb8e')


def clock(d, c):
    disc(d, 400, 460, 290, '#20242e')
    disc(d, 400, 460, 262, '#f1e8d5')
    for i in range(60):
        a = math.radians(i * 6)
        inner = 205 if i % 5 == 0 else 228
        line = [(400 + r * math.sin(a), 460 - r * math.cos(a)) for r in (inner, 245)]
        d.line(line, fill='#20242e', width=10 if i % 5 == 0 else 4)
    for angle, length, width, fill in ((54, 215, 16, '#20242e'), (0, 215, 6, '#c9463d'), (275, 140, 24, '#20242e')):
        a = math.radians(angle)
        d.line([(400, 460), (400 + length * math.sin(a), 460 - length * math.cos(a))], fill=fill, width=width)
    disc(d, 400, 460, 22, '#c9463d')
    for i in range(9):
        d.rectangle((60 + i * 80, 850, 100 + i * 80, 990), fill='#8f5a3c')
    d.rectangle((0, 860, W, 876), fill='#30343f')
    d.rectangle((0, 950, W, 966), fill='#30343f')


def eclipse(d, c):
    for r, fill in ((400, '#e07a3f'), (330, '#eb9a4b'), (265, '#f6c667')):
        disc(d, 400, 430, r, fill)
    disc(d, 400, 430, 215, '#2b2140')
    disc(d, 330, 400, 16, '#f6c667')
    disc(d, 470, 400, 16, '#f6c667')
    d.arc((320, 430, 480, 520), 20, 160, fill='#f6c667', width=10)
    hills(d, 900, 40, 3, '#3d2a55')
    hills(d, 980, 26, 4, '#2b2140', 1)


def crows(d, c):
    disc(d, 580, 260, 120, '#f3e3c3')
    for x, h in ((0, 420), (140, 300), (280, 470), (430, 340), (570, 500), (700, 360)):
        d.rectangle((x, 1000 - h, x + 110, H), fill='#4a3f52')
        for n in range(4):
            d.rectangle((x + n * 30, 975 - h, x + n * 30 + 18, 1000 - h), fill='#4a3f52')
    for x, y, s in ((190, 250, 1.3), (360, 380, 0.9), (120, 460, 0.7), (560, 250, 1.0), (650, 430, 0.8), (300, 170, 0.6)):
        wing = [(-100, -40), (-40, -18), (0, 10), (40, -18), (100, -40), (45, 20), (14, 34), (0, 60), (-14, 34), (-45, 20)]
        d.polygon([(x + px * s, y + py * s) for px, py in wing], fill='#1d1823')


def lanterns(d, c):
    stars(d, c, 40, 0.6)
    for row in range(5):
        for column in range(4):
            x = 100 + column * 200 + (row % 2) * 50 - 25
            y = 130 + row * 175 + (column % 2) * 50
            fill = ('#f4a259', '#e76f51', '#f6d365', '#f28482')[(row + column) % 4]
            d.line([(x, y - 75), (x, y - 50)], fill='#f4ead2', width=3)
            d.ellipse((x - 52, y - 50, x + 52, y + 56), fill=fill)
            d.ellipse((x - 24, y - 50, x + 24, y + 56), fill='#fff1cf')
            d.rectangle((x - 26, y - 56, x + 26, y - 44), fill='#5c2a2e')
            d.rectangle((x - 26, y + 50, x + 26, y + 62), fill='#5c2a2e')


def honey(d, c):
    for row in range(8):
        for column in range(7):
            x, y = column * 130 + (row % 2) * 65, 60 + row * 113
            fill = c.choice(('#f2b134', '#e89b22', '#f7cf5e', '#3b2c1a', '#d9861a'))
            d.polygon([(x + 68 * math.sin(a), y + 68 * math.cos(a)) for a in (i * math.pi / 3 for i in range(6))], fill=fill)
    disc(d, 400, 450, 170, '#191b2b')
    disc(d, 400, 450, 140, '#31406b')
    d.arc((190, 380, 610, 520), 0, 360, fill='#f7e7b0', width=12)
    disc(d, 590, 420, 26, '#f7cf5e')


def kite(d, c):
    for x, y in ((120, 190), (610, 620), (250, 720)):
        for dx, dy, r in ((0, 0, 60), (70, 10, 45), (-65, 14, 40), (20, -35, 48)):
            disc(d, x + dx, y + dy, r, '#fdf6e3')
    top, right, bottom, left, mid = (470, 120), (640, 340), (420, 640), (270, 290), (440, 320)
    for a, b, fill in ((top, right, '#e4572e'), (right, bottom, '#f3a712'), (bottom, left, '#29335c'), (left, top, '#a8c686')):
        d.polygon([mid, a, b], fill=fill)
    tail = [(420 - 45 * math.sin(t / 3) - t * 5, 640 + t * 9) for t in range(0, 34)]
    d.line(tail, fill='#29335c', width=6)
    for x, y in tail[4::6]:
        d.polygon([(x - 30, y - 16), (x, y), (x - 30, y + 16)], fill='#e4572e')
        d.polygon([(x + 30, y - 16), (x, y), (x + 30, y + 16)], fill='#f3a712')
    hills(d, 960, 25, 3, '#6a994e')


def glacier(d, c):
    for points, fill in (
        ([(0, 520), (190, 180), (420, 560), (420, H), (0, H)], '#7fa6b8'),
        ([(260, 620), (520, 220), (W, 600), (W, H), (260, H)], '#5c879c'),
        ([(190, 180), (262, 300), (196, 350), (120, 305)], '#f3f8f9'),
        ([(520, 220), (630, 340), (540, 390), (440, 345)], '#f3f8f9'),
        ([(330, 560), (480, 560), (760, 1000), (60, 1000)], '#dcecf0'),
        ([(395, 560), (440, 560), (520, 1000), (330, 1000)], '#b9d6de'),
    ):
        d.polygon(points, fill=fill)
    for i in range(7):
        y = 620 + i * 55
        d.line([(310 - i * 28, y), (400, y + 22), (500 + i * 30, y - 6)], fill='#8fb6c2', width=5)
    d.rounded_rectangle((390, 820, 450, 900), 14, fill='#c8553d')
    d.rectangle((404, 852, 436, 884), fill='#8f3426')


def tram(d, c):
    stars(d, c, 60, 0.35)
    for i in range(6):
        x = i * 140
        d.rectangle((x, 300 + (i * 67) % 150, x + 118, 880), fill='#2a2f4f')
        for n in range(10):
            if c.random() < 0.4:
                d.rectangle((x + 20 + (n % 2) * 45, 480 + (n // 2) * 60, x + 46 + (n % 2) * 45, 512 + (n // 2) * 60), fill='#f2cd6b')
    d.line([(0, 450), (W, 500)], fill='#10121f', width=5)
    d.line([(400, 476), (430, 590)], fill='#10121f', width=8)
    d.rounded_rectangle((110, 590, 690, 900), 40, fill='#c73e3a')
    d.rectangle((110, 770, 690, 800), fill='#f4ead2')
    for i in range(4):
        d.rounded_rectangle((150 + i * 130, 635, 255 + i * 130, 745), 12, fill='#ffe9a8')
    disc(d, 228, 686, 26, '#5a3140')
    disc(d, 578, 686, 26, '#31405a')
    disc(d, 240, 905, 40, '#10121f')
    disc(d, 560, 905, 40, '#10121f')
    d.rectangle((0, 940, W, 952), fill='#8a90a8')


def valley(d, c):
    disc(d, 400, 420, 210, '#f9d976')
    d.polygon([(0, 560), (180, 560), (220, 470), (330, 470), (360, 620), (W, 700), (W, H), (0, H)], fill='#b4472f')
    d.polygon([(W, 480), (640, 480), (600, 560), (520, 570), (460, 720), (0, 760), (0, H), (W, H)], fill='#8a3324')
    d.polygon([(380, 720), (420, 720), (640, H), (160, H)], fill='#e8a05c')
    for i in range(9):
        y = 740 + i * i * 5
        w = 30 + i * 26
        d.line([(400 - w, y), (400 + w, y)], fill='#4b1d17', width=5 + i)
    for x, y, s in ((110, 800, 1.0), (690, 760, 0.8)):
        d.rounded_rectangle((x - 18 * s, y - 150 * s, x + 18 * s, y + 80 * s), 16, fill='#2f4032')
        d.rounded_rectangle((x - 70 * s, y - 90 * s, x - 40 * s, y - 10 * s), 14, fill='#2f4032')
        d.rectangle((x - 60 * s, y - 30 * s, x, y - 10 * s), fill='#2f4032')
        d.rounded_rectangle((x + 40 * s, y - 120 * s, x + 70 * s, y - 40 * s), 14, fill='#2f4032')
        d.rectangle((x, y - 60 * s, x + 60 * s, y - 40 * s), fill='#2f4032')


def deep(d, c):
    for i, fill in enumerate(('#1f8aa5', '#17708f', '#115876', '#0b415c', '#072c43')):
        hills(d, 160 + i * 165, 26, 4 + i % 2, fill, i * 1.3)
    d.line([(400, 0), (400, 640)], fill='#f4ead2', width=4)
    d.ellipse((380, 560, 420, 610), fill='#f2b705')
    d.polygon([(388, 606), (412, 606), (424, 720), (376, 720)], fill='#f2b705')
    d.polygon([(378, 716), (398, 716), (370, 830), (340, 820)], fill='#1b1b1e')
    d.polygon([(402, 716), (422, 716), (460, 820), (430, 830)], fill='#1b1b1e')
    for _ in range(34):
        x, y, r = c.randrange(460, 600), c.randrange(180, 620), c.randrange(4, 15)
        d.ellipse((x - r, y - r, x + r, y + r), outline='#cdeef5', width=3)


def harbour(d, c):
    disc(d, 210, 250, 110, '#f5d6a1')
    d.polygon([(470, 860), (520, 860), (520, 200), (470, 200)], fill='#23395b')
    d.polygon([(180, 230), (760, 230), (760, 270), (180, 270)], fill='#23395b')
    d.polygon([(470, 200), (520, 200), (495, 110)], fill='#23395b')
    d.line([(495, 110), (200, 240)], fill='#23395b', width=8)
    d.line([(495, 110), (740, 240)], fill='#23395b', width=8)
    d.line([(260, 270), (260, 470)], fill='#23395b', width=6)
    d.rectangle((190, 470, 330, 550), fill='#c8553d')
    for row, base in ((0, 780), (1, 690)):
        for n in range(4 - row):
            fill = c.choice(('#c8553d', '#e9b44c', '#588b8b', '#8c4843', '#f0ead6'))
            d.rectangle((40 + n * 150 + row * 60, base, 180 + n * 150 + row * 60, base + 84), fill=fill)
    hills(d, 880, 10, 9, '#1b2a41')


def station(d, c):
    stars(d, c, 120, 1)
    disc(d, 640, 900, 330, '#3f6c8f')
    disc(d, 700, 830, 330, '#18263d')
    d.ellipse((120, 300, 680, 560), outline='#e8e2d0', width=34)
    d.ellipse((150, 326, 650, 534), outline='#c8553d', width=8)
    d.line([(400, 300), (400, 560)], fill='#e8e2d0', width=14)
    d.line([(130, 430), (670, 430)], fill='#e8e2d0', width=14)
    disc(d, 400, 430, 70, '#e8e2d0')
    disc(d, 400, 430, 42, '#f2b134')


def weather(d, c):
    for dx, dy, r in ((0, 0, 130), (140, 20, 100), (-140, 30, 95), (60, -80, 105)):
        disc(d, 400 + dx, 330 + dy, r, '#eef1f4')
    d.rectangle((180, 330, 620, 430), fill='#eef1f4')
    d.polygon([(420, 450), (340, 620), (400, 620), (360, 760), (500, 570), (430, 570), (480, 450)], fill='#f4c430')
    for _ in range(44):
        x, y = c.randrange(120, 660), c.randrange(470, 830)
        d.line([(x, y), (x - 14, y + 42)], fill='#c6d8e4', width=5)
    d.rectangle((120, 860, 680, 960), fill='#7a4e2d')
    for x in (240, 400, 560):
        d.rounded_rectangle((x - 50, 890, x + 50, 925), 6, fill='#a9744a')
        disc(d, x, 907, 8, '#f4c430')


def registrar(d, c):
    d.polygon([(400, 120), (520, 300), (280, 300)], fill='#2f6b4f')
    d.rectangle((392, 0, 408, 130), fill='#0f1714')
    d.polygon([(280, 300), (520, 300), (780, 900), (20, 900)], fill='#e9d98f')
    d.polygon([(330, 300), (470, 300), (600, 900), (200, 900)], fill='#f7edb9')
    d.polygon([(150, 800), (400, 740), (400, 900), (140, 950)], fill='#fdfaf0')
    d.polygon([(650, 800), (400, 740), (400, 900), (660, 950)], fill='#efe7cf')
    for i in range(5):
        d.line([(185, 815 + i * 24), (375, 772 + i * 26)], fill='#7f8c8d', width=4)
        d.line([(615, 815 + i * 24), (425, 772 + i * 26)], fill='#7f8c8d', width=4)


def field(d, c):
    stars(d, c, 200, 0.8)
    for r, fill in ((330, '#2b1f5c'), (250, '#43308a'), (170, '#6b4fb8'), (90, '#b79bf0'), (36, '#fff3d6')):
        d.ellipse((400 - r, 330 - r * 0.55, 400 + r, 330 + r * 0.55), fill=fill)
    d.pieslice((190, 560, 610, 980), 0, 180, fill='#d9dde6')
    d.ellipse((190, 735, 610, 805), fill='#aab2c3')
    d.line([(400, 770), (400, 640)], fill='#e8ecf4', width=10)
    disc(d, 400, 635, 18, '#c8553d')
    d.polygon([(370, 970), (430, 970), (470, H), (330, H)], fill='#8a93a6')


def rocket(d, c):
    for x, y, r in ((120, 930, 90), (250, 960, 110), (400, 980, 130), (560, 960, 110), (690, 930, 90)):
        disc(d, x, y, r, '#fbf3e2')
    d.polygon([(330, 760), (470, 760), (400, 960)], fill='#f3722c')
    d.polygon([(360, 760), (440, 760), (400, 880)], fill='#f9c74f')
    d.polygon([(300, 600), (200, 780), (320, 750)], fill='#c44536')
    d.polygon([(500, 600), (600, 780), (480, 750)], fill='#c44536')
    d.rounded_rectangle((300, 300, 500, 770), 40, fill='#c3ccd4')
    d.pieslice((300, 140, 500, 480), 180, 360, fill='#c44536')
    for y in (340, 560, 740):
        for x in (320, 360, 400, 440, 480):
            disc(d, x, y, 6, '#7d8994')
    disc(d, 400, 450, 62, '#7d8994')
    disc(d, 400, 450, 48, '#bfe3f2')


def hotel(d, c):
    d.pieslice((200, -60, 600, 340), 90, 270, fill='#f6d365')
    d.pieslice((200, -60, 600, 340), 270, 90, fill='#2d2a4a')
    d.rectangle((170, 330, 630, 970), fill='#7d4f50')
    d.rectangle((150, 310, 650, 345), fill='#52353a')
    for row in range(7):
        for column in range(6):
            lit = row == 2 or c.random() < 0.22
            x, y = 200 + column * 70, 372 + row * 74
            d.rounded_rectangle((x, y, x + 46, y + 54), 8, fill='#ffe08a' if lit else '#412f3d')
    d.rectangle((355, 890, 445, 970), fill='#f6d365')
    d.rectangle((0, 965, W, H), fill='#2d2a4a')


def winter(d, c):
    disc(d, 590, 220, 90, '#fdf0d5')
    hills(d, 640, 60, 2, '#c7d6e2')
    hills(d, 740, 44, 3, '#e4edf3', 1.6)
    d.rectangle((290, 600, 520, 780), fill='#9a3b3b')
    d.polygon([(260, 610), (550, 610), (405, 490)], fill='#f7fafc')
    d.rectangle((450, 500, 490, 570), fill='#5e2a2a')
    d.rectangle((330, 650, 385, 705), fill='#ffd97d')
    d.rectangle((430, 660, 485, 780), fill='#4a2323')
    for x, y, s in ((130, 800, 1.2), (650, 840, 1.4), (220, 720, 0.7), (580, 720, 0.6)):
        for n in range(3):
            d.polygon([(x, y - (260 - n * 70) * s), (x - (50 + n * 22) * s, y - (130 - n * 65) * s), (x + (50 + n * 22) * s, y - (130 - n * 65) * s)], fill='#2f4858')
    for _ in range(130):
        disc(d, c.randrange(W), c.randrange(1000), c.choice((3, 4, 6)), '#ffffff')


def missing(d, c):
    for i in range(9):
        for x in (30, 714):
            d.rounded_rectangle((x, 40 + i * 110, x + 56, 100 + i * 110), 12, fill='#e8e4da')
    d.rounded_rectangle((130, 220, 670, 700), 30, fill='#e8e4da')
    disc(d, 400, 460, 170, '#4d5466')
    for i in range(5):
        a = math.radians(i * 72 - 90)
        disc(d, 400 + 98 * math.cos(a), 460 + 98 * math.sin(a), 42, '#e8e4da')
    disc(d, 400, 460, 24, '#e8e4da')


POSTERS = {
    'the-lighthouse-ledger': ('#1d3a4f', '#3f6b7d', lighthouse),
    'paper-comets': ('#141a3c', '#2f3f86', comet),
    'nine-minutes-past': ('#a86f45', '#d9a566', clock),
    'my-uncle-the-eclipse': ('#f3b562', '#c9543f', eclipse),
    'parliament-of-crows': ('#c9a07a', '#8d6d7b', crows),
    'ninety-nine-lanterns': ('#231942', '#6d2e46', lanterns),
    'velocity-of-honey': ('#2a1d0f', '#5a3a12', honey),
    'kite-season': ('#7cc6e8', '#d8f0f6', kite),
    'terminal-moraine': ('#9cc3d4', '#e9f1f2', glacier),
    'the-last-tram-home': ('#141733', '#3b3560', tram),
    'ember-valley': ('#f08a4b', '#d95d39', valley),
    'blue-kilometre': ('#5cc3d6', '#2aa0b8', deep),
    'harbour-nine': ('#f0b67f', '#b56b58', harbour),
    'station-meridian': ('#0b1020', '#1d2b4a', station),
    'department-of-lost-weather': ('#5f7f95', '#94aebd', weather),
    'the-night-registrar': ('#14261f', '#1f3b30', registrar),
    'deep-field': ('#0d0a26', '#2a1c4a', field),
    'tin-rocket-club': ('#4fa3c7', '#bfe0e2', rocket),
    'hotel-equinox': ('#3b3a6b', '#d98f6c', hotel),
    'wintering': ('#7fa3bd', '#d5e2ea', winter),
    '404': ('#3a4152', '#565f73', missing),
}


def lines_of(title, font, draw):
    lines = ['']
    for word in title.split():
        longer = f'{lines[-1]} {word}'.strip()
        if draw.textlength(longer, font=font) > W - 110 and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def draw_poster(name, title):
    top, bottom, paint = POSTERS[name]
    image = gradient(top, bottom)
    draw = ImageDraw.Draw(image)
    paint(draw, random.Random(name))
    font = ImageFont.truetype(FONTS + 'DejaVuSerifCondensed-Bold.ttf', 66)
    lines = lines_of(title, font, draw)
    band = 60 + 80 * len(lines)
    draw.rectangle((0, H - band, W, H), fill='#14161c')
    draw.rectangle((0, H - band, W, H - band + 6), fill='#f2c14e')
    for number, line in enumerate(lines):
        x = (W - draw.textlength(line, font=font)) / 2
        draw.text((x, H - band + 32 + number * 80), line, font=font, fill='#f4ead2')
    small = image.resize((WIDTH, HEIGHT), Image.LANCZOS)
    chance = random.Random(f'grain of {name}')
    grain = Image.frombytes('L', (WIDTH, HEIGHT), bytes(chance.randrange(12) for _ in range(WIDTH * HEIGHT)))
    ImageChops.subtract(small, Image.merge('RGB', (grain,) * 3)).save(
        HERE / 'posters' / f'{name}.jpg', quality=82, optimize=True
    )


def main():
    data = json.loads((HERE / 'films.json').read_text())
    titles = {film['poster_path'][1:-4]: film['title'] for film in data['movies'] + data['series'] if film['poster_path']}
    (HERE / 'posters').mkdir(exist_ok=True)
    for name in POSTERS:
        draw_poster(name, titles.get(name, 'No poster here'))


if __name__ == '__main__':
    main()
