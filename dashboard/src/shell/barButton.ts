/** Look of a button of the top bar that is an icon alone. */
export const BAR_BUTTON =
  'grid size-8 place-items-center rounded-md text-ink-soft hover:bg-sunken hover:text-ink pointer-coarse:size-11 [&_svg]:size-4.5';
