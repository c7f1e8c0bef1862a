// The page that was asked for is still in the address: loading it again is all there is to do.
const again = () => location.reload();
addEventListener('online', again);
document.getElementById('retry').addEventListener('click', again);
