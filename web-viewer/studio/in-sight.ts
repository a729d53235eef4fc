/** Whether somebody sees a part of the page: it is in the window, and the page is not hidden. */
export class InSight {
  private isInWindow = false;

  /** @param came it is seen again */
  constructor(part: Element, came: () => void) {
    new IntersectionObserver((entries) => {
      this.isInWindow = entries.at(-1)!.isIntersecting;
      if (this.isSeen) came();
    }).observe(part);
    document.addEventListener('visibilitychange', () => {
      if (this.isSeen) came();
    });
  }

  get isSeen(): boolean {
    return this.isInWindow && !document.hidden;
  }
}
