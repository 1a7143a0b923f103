// The signals, in two parts: the first is told at once; the second takes a moment.

import audio from "./audio";
import automation from "./automation";
import brands from "./brands";
import canvas from "./canvas";
import codecs from "./codecs";
import cores from "./cores";
import fonts from "./fonts";
import gamut from "./gamut";
import graphics from "./graphics";
import hints from "./hints";
import languages from "./languages";
import limits from "./limits";
import locale from "./locale";
import math from "./math";
import media from "./media";
import memory from "./memory";
import permissions from "./permissions";
import platform from "./platform";
import ratio from "./ratio";
import screenSize from "./screen";
import storage from "./storage";
import timeZone from "./time-zone";
import touch from "./touch";
import visitor from "./visitor";

type Plain = string | number | boolean;
type Value = Plain | Plain[] | undefined;

/**
 * A signal: a plain value or a list of them; nothing when it is not to be had. One that takes
 * long is in steps, between which the page does what it has to.
 */
export type Source = () => Value | Promise<Value> | Generator<undefined, Value>;
export type Sources = Record<string, Source>;

export const first: Sources = { platform, cores, memory, touch, languages, screen: screenSize, ratio, gamut, media, brands, storage, visitor, math, codecs, graphics, limits };
export const second: Sources = { hints, audio, permissions, timeZone, locale, canvas, fonts, automation };
