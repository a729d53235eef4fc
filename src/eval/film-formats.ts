/** Films that `render` can make besides the animated WebP, by their ending. */
export const FILM_FORMATS = ['mp4', 'webm'] as const;

export type FilmFormat = (typeof FILM_FORMATS)[number];
