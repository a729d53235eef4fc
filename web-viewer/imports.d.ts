/** What Vite makes of imports with these endings. */
declare module '*?url' {
  const address: string;
  export default address;
}

declare module '*?raw' {
  const text: string;
  export default text;
}

declare module '*?worker&inline' {
  const constructor: new () => Worker;
  export default constructor;
}
