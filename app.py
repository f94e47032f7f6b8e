"""The page, started with ``python app.py``; also what a Hugging Face Space runs."""

from summarizer.web.server import main

if __name__ == "__main__":
    main()
