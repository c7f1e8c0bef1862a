// The page that was asked for is still in the address: loading it again is all there is to do.
const again = () => location.reload();
addEventListener('online', again);
document.getElementById('retry').addEventListener('click', again);
// "Online" may be said before the way is open, and nothing says it again: so the hub is asked now and then.
setInterval(() => {
  fetch('/healthz', { cache: 'no-store' }).then(
    (answer) => answer.ok && again(),
    () => undefined,
  );
}, 3000);
