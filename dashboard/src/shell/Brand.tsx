/** The name of the product, above the list of pages. */

/** As high as the bar beside it. */
export function Brand() {
  return (
    <div className="flex h-12 items-center gap-2 border-b border-line px-4">
      <img src="/icon.svg" alt="" width={22} height={22} />
      <span className="font-semibold tracking-tight">monsys</span>
    </div>
  );
}
