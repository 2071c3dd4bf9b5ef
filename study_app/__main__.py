"""``python -m study_app`` and the console script ``study-app``."""

from study_app.commands import main

if __name__ == "__main__":
    main()
