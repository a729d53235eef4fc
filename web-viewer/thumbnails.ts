/** A grid of pictures to choose from: one stop of the Tab key, arrow keys inside; pictures come a few at a time, when they are in sight. */
import { element } from './elements.ts';
import { Slots } from './slots.ts';

export interface Thumbnail {
  readonly name: string;
  /** Address of the picture; null: there is none. */
  readonly picture: string | null;
}

/** Pictures loaded at a time: a browser keeps six connections to a server, of which frames and commands need the others. */
const loading = new Slots(2);

export class Thumbnails {
  private readonly list: HTMLElement;
  private readonly choose: (index: number) => void;
  private readonly seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) this.load(target as HTMLImageElement);
  });

  constructor(list: HTMLElement, choose: (index: number) => void) {
    this.list = list;
    this.choose = choose;
    list.addEventListener('keydown', (event) => {
      this.key(event);
    });
  }

  show(thumbnails: readonly Thumbnail[]): void {
    this.seen.disconnect();
    this.list.replaceChildren(
      ...thumbnails.map(({ name, picture }, i) => {
        const image = element('img', { alt: '', data: picture === null ? {} : { picture } });
        const button = element('button', { title: name, label: `Go to camera ${name}`, tabIndex: i === 0 ? 0 : -1 }, image);
        button.addEventListener('click', () => {
          this.choose(i);
        });
        if (picture !== null) this.seen.observe(image);
        return button;
      }),
    );
  }

  /** The chosen one; null: none. */
  mark(index: number | null): void {
    for (const [i, button] of this.buttons.entries()) button.setAttribute('aria-pressed', String(i === index));
    if (index === null) return;
    this.stopAt(index);
    this.bringIntoSight(this.buttons[index]);
  }

  private get buttons(): HTMLButtonElement[] {
    return [...this.list.children].filter((child) => child instanceof HTMLButtonElement);
  }

  private key(event: KeyboardEvent): void {
    const { buttons } = this;
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (at < 0) return;
    const row = buttons.filter(({ offsetTop }) => offsetTop === buttons[0].offsetTop).length;
    const to = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at - row,
      ArrowDown: at + row,
      Home: 0,
      End: buttons.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to < 0 || to >= buttons.length) return;
    this.stopAt(to);
    buttons[to].focus();
  }

  /** Where the Tab key stops. */
  private stopAt(index: number): void {
    for (const [i, button] of this.buttons.entries()) button.tabIndex = i === index ? 0 : -1;
  }

  /** Scrolls the thumbnails alone: the panel stays where it is. */
  private bringIntoSight({ offsetTop, offsetHeight }: HTMLElement): void {
    const { list } = this;
    const top = offsetTop - list.offsetTop;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + offsetHeight - list.clientHeight;
  }

  private load(image: HTMLImageElement): void {
    this.seen.unobserve(image);
    void loading.hold(async () => {
      if (!image.isConnected) return;
      await new Promise((resolve) => {
        image.addEventListener('load', resolve, { once: true });
        image.addEventListener('error', resolve, { once: true });
        image.src = image.dataset.picture!;
      });
    });
  }
}
